"""Cycles, windows, lists of standards, and what each cycle asks for."""
