"""Facts of ``services/itt`` about training beside the trainee's own record."""
