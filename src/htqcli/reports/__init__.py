"""What people are handed: how far a draft is, and pages about drafts."""
