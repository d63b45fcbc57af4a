"""What helps an author begin: a new draft, a new cycle, and schemas for editors."""
