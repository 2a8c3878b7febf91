"""What every service stands on: events, messaging, database, RPC, operations, configuration, logs, health."""
