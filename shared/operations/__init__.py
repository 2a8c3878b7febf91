"""What operators do with events: look at failures, retry and discard, replay, reconcile, and the ledger."""
