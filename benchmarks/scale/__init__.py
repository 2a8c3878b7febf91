"""``continuum bench scale``: the service itt in a database with a cohort of the country's size."""
