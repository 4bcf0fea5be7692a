"""Pages of policies, programmes and earmarked money."""

from coop.policy.views.grants import GrantView
from coop.policy.views.policies import PolicyView
from coop.policy.views.programmes import ProgrammeView

__all__ = ["GrantView", "PolicyView", "ProgrammeView"]
