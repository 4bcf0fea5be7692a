"""Reads of the parties."""

from coop.parties.queries.register import (
    FULL_CAPACITY_AGE,
    Holding,
    actor_for_user,
    entity,
    has_full_capacity,
    holdings,
    homes_then,
    household,
    households,
    members,
    per_household,
    readable_tenants,
    tenant,
    tenant_by_code,
)

__all__ = [
    "FULL_CAPACITY_AGE",
    "Holding",
    "actor_for_user",
    "entity",
    "has_full_capacity",
    "holdings",
    "homes_then",
    "household",
    "households",
    "members",
    "per_household",
    "readable_tenants",
    "tenant",
    "tenant_by_code",
]
