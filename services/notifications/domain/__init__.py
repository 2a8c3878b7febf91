"""Who is told what, when, and in which states a message stands; plain Python."""
