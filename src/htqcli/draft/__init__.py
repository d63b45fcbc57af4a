"""What is applied for: the application, its structure and what it covers."""
