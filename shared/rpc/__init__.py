"""Calls between services: Nameko's protocol on a channel of our own, or inside one process.

@rpc(schemas.WithdrawTrainee, schemas.Trainee)
def withdraw_trainee(self, call: Call, **arguments): ...

client.call("itt", "withdraw_trainee", {...}, principal_token=token)
"""

from shared.rpc.call import Call
from shared.rpc.client import RpcClient, Transport, transport_for
from shared.rpc.extensions import Others, Rpc, RpcServer, ServiceRpc, rpc
from shared.rpc.limits import MAX_MESSAGE_BYTES
from shared.rpc.local import LocalTransport

__all__ = [
    "MAX_MESSAGE_BYTES",
    "Call",
    "LocalTransport",
    "Others",
    "Rpc",
    "RpcClient",
    "RpcServer",
    "ServiceRpc",
    "Transport",
    "rpc",
    "transport_for",
]
