"""Connections to RabbitMQ that read and write much at a time, and that no message can break."""

from shared.broker.connection import Deliveries, Delivery, open_connection

__all__ = ["Deliveries", "Delivery", "open_connection"]
