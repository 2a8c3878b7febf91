"""The tables of candidates and their applications."""
