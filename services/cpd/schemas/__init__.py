"""What comes in and goes out of cpd's calls, by subject."""
