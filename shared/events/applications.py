"""Facts of ``services/itt`` about applications: from the first draft to recruited."""
