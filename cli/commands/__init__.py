"""The commands. Each module has ``add_to(app)``; functions read their options, do one thing, and print."""
