"""Notifications: tells people what they should hear of, once each, in plain words.

Owns messages, their delivery in the app and by e-mail, contacts as other services tell them, and preferences.
Publishes nothing.
Listens to every fact that somebody should hear of (``domain/telling.py`` is the list of them, and of the others).
"""
