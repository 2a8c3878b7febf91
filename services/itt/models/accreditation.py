"""The tables of accreditation."""
