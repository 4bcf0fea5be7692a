"""Reads of policies, programmes and grants."""

from coop.policy.queries.grants import (
    GrantItem,
    GrantPage,
    PurposeSum,
    UseItem,
    entities,
    grant_id_of_use,
    grant_list,
    grant_page,
    sums,
    voided,
)
from coop.policy.queries.policies import (
    PolicyItem,
    PolicyPage,
    ProgrammePage,
    awaited,
    policy_list,
    policy_page,
    programme_page,
    programmes,
)

__all__ = [
    "GrantItem",
    "GrantPage",
    "PolicyItem",
    "PolicyPage",
    "ProgrammePage",
    "PurposeSum",
    "UseItem",
    "awaited",
    "entities",
    "grant_id_of_use",
    "grant_list",
    "grant_page",
    "policy_list",
    "policy_page",
    "programme_page",
    "programmes",
    "sums",
    "voided",
]
