"""How facts travel: outbox and relay on one side, inbox, failures, projections and reactions on the other."""

from shared.messaging.envelope import Fact
from shared.messaging.outbox import publish
from shared.messaging.subscriptions import Subscription, declared, handles, projects

__all__ = ["Fact", "Subscription", "declared", "handles", "projects", "publish"]
