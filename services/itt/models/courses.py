"""The tables of courses, their sites and places, and of the providers and schools that they stand on."""
