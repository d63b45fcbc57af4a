"""Lists of the KSBs of standards, and where they come from."""
