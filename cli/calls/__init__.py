"""``continuum rpc``: every method that services offer, read from their code, schemas and permissions."""
