"""The tables of training beside the trainee's own record."""
