"""Notifications: tells people, providers and schools what they should hear of, once each, in plain words.

Owns messages, their delivery in the app and by e-mail, contacts as other services tell them or organisations name them,
and preferences.
Publishes nothing.
Listens to every fact that somebody should hear of: people by ``domain/telling.py``, organisations by
``domain/organisations.py``.
"""
