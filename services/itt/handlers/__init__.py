"""The use cases of initial teacher training, by process: load, decide (domain), store, publish."""
