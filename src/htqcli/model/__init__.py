"""How fields are declared and read: sound values are kept, and unsound ones are faults."""
