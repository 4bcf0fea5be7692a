"""What the composition root told this web app, and who is calling now. The only place that joins account
and actor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, g
from flask_login import current_user

from coop.kernel.actor import Actor, Role
from coop.kernel.clock import Clock
from coop.kernel.errors import CoopError
from coop.web import acting

# user id -> the actor that person is today, None where the account stands for nobody (a technical
# administrator); called inside a request, where `current_user` gives name and roles, and `acting` the mandate
# under which the session acts for a household
ActorFor = Callable[[int], Actor | None]


class NoActorError(CoopError):
    """The account is valid, but belongs to no village, enterprise or office today."""

    def __init__(self, username: str) -> None:
        super().__init__(
            zh=f"账号 {username} 今天没有对应的单位和职务",
            en=f"the account {username} holds no post anywhere today",
        )


@dataclass(frozen=True, slots=True)
class WebState:
    """`app.extensions["siwei"]`."""

    actor_for: ActorFor
    clock: Clock
    version: str

    def actor_or_none(self) -> Actor | None:
        """The actor of this request, looked up once."""
        if not current_user.is_authenticated:
            return None
        if "actor" not in g:
            g.actor = self.actor_for(int(current_user.id))
        found: Actor | None = g.actor
        return found

    def actor(self) -> Actor:
        found = self.actor_or_none()
        if found is None:
            raise NoActorError(str(getattr(current_user, "username", "—")))
        return found

    def roles(self) -> frozenset[Role]:
        """The roles the guard counts: the actor's posts of today, and `admin`, which only the account grants.

        An account without an actor has no other role, however many FAB's table names: posts end, rows stay.
        """
        if not current_user.is_authenticated:
            return frozenset()
        actor = self.actor_or_none()
        if actor is not None and actor.acting_for is not None:
            return actor.roles
        technical: frozenset[Role] = current_user.role_names & {Role.admin}
        return technical | (actor.roles if actor else frozenset())

    def acting_ended(self) -> bool:
        """Whether the session still says it acts for a household, and no mandate carries that any more."""
        if acting.held() is None:
            return False
        actor = self.actor_or_none()
        return actor is None or actor.acting_for is None


def web_state() -> WebState:
    state: WebState = current_app.extensions["siwei"]
    return state
