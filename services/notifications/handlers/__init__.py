"""Use cases: contacts, telling, the inbox, preferences, deliveries, sending."""
