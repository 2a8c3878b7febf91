"""The rules of initial teacher training in plain Python: no database, no clock, no ids made inside."""
