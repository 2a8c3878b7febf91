"""A service of the test of an upgrade."""
