"""What differs between two catalogues, and what that does to drafts."""
