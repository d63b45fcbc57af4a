"""How a report is said: one function a format, from a Report to text."""
