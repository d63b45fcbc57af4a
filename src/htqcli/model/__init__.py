"""How a field is declared and read: what is sound is kept, and what is not is a fault."""
