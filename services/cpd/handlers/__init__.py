"""Use cases of cpd, one function each: load, decide (domain), store, publish."""
