"""Use cases of policies and earmarked money: issue, amend, announce; receive, spend, return."""

from coop.policy.service.grants import receive_grant, return_grant, spend_grant
from coop.policy.service.policies import amend, announce, issue

__all__ = ["amend", "announce", "issue", "receive_grant", "return_grant", "spend_grant"]
