"""Runs services: green threads, one supervisor for each service, and the whole as a process or inside another.

Import ``shared.runner.green`` and patch before anything else is imported.
"""
