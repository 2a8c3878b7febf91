"""Facts of ``services/itt`` about courses and places: what is offered, where, and how many."""
