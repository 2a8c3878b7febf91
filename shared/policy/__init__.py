"""Who asks, and what they may do: principals, roles, and one table of permissions for each service."""

from shared.policy.permissions import ANY, Permission, Permissions
from shared.policy.principal import ANONYMOUS, Principal, Role

__all__ = ["ANONYMOUS", "ANY", "Permission", "Permissions", "Principal", "Role"]
