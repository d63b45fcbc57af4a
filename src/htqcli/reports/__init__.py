"""What people are handed: pages about drafts."""
