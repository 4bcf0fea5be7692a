"""Pure decisions of the doors: how codes look, who may hold which role where, how long things last."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from coop.kernel.actor import Role

# Without I, L, O and U: nobody reads a 1 for an I, and no word appears by chance (Crockford's alphabet).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16  # 80 bits
GROUP = 4
INVITATION_LASTS = timedelta(days=14)
CODE = re.compile(r"[A-Z0-9-]+")
PHONE = re.compile(r"1[0-9]{10}")
CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")  # GB 32100-2015

ROLES_OF: dict[str, frozenset[Role]] = {
    "village": frozenset({Role.manager, Role.accountant, Role.checker, Role.clerk, Role.supervisor}),
    "enterprise": frozenset({Role.enterprise}),
    "township": frozenset({Role.county}),
    "county": frozenset({Role.county}),
}
# Who of the first users may invite further ones of the same tenant.
STEWARDS = frozenset({Role.manager, Role.enterprise, Role.county})


def shown_code(raw: str) -> str:
    """A code as it is printed and read out, in groups of four.

    >>> shown_code("ABCDEFGH23456789")
    'ABCD-EFGH-2345-6789'
    """
    return "-".join(raw[at : at + GROUP] for at in range(0, len(raw), GROUP))


def typed_code(text: str) -> str:
    """What was meant by a typed code: capitals, no blanks or hyphens, look-alikes made one.

    >>> typed_code(" abcd-efgh 2345-67o1 "), typed_code("I-l")
    ('ABCDEFGH23456701', '11')
    """
    plain = "".join(mark for mark in text.upper() if mark.isalnum())
    return plain.translate(str.maketrans("OIL", "011"))


def typed_phone(text: str) -> str:
    """The eleven digits of a mobile phone, however it was typed; empty where it is none.

    >>> typed_phone("138 0000 0001"), typed_phone("+86-13800000001"), typed_phone("12345")
    ('13800000001', '13800000001', '')
    """
    plain = re.sub(r"[\s()-]", "", text).removeprefix("+86")
    return plain if PHONE.fullmatch(plain) else ""


def strange_roles(kind: str, roles: Iterable[Role]) -> tuple[Role, ...]:
    """The roles that nobody of such a tenant may hold.

    >>> strange_roles("village", [Role.manager, Role.enterprise])
    (<Role.enterprise: 'enterprise'>,)
    """
    return tuple(sorted(set(roles) - ROLES_OF[kind]))


def may_invite(roles: Iterable[Role]) -> bool:
    """Whether a first user with these roles is a steward.

    >>> may_invite([Role.manager, Role.clerk]), may_invite([Role.accountant])
    (True, False)
    """
    return bool(STEWARDS & set(roles))


# --- codes sent to a telephone, and cards
DIGITS = 6
CODE_LASTS = timedelta(minutes=5)
CODE_TRIES = 5
PAUSE = timedelta(seconds=60)
WINDOW = timedelta(hours=1)
PER_PHONE = 5
PER_ADDRESS = 30
APPLICATIONS_PER_ADDRESS = 5
CARD_TRIES = 5
CARD_REST = timedelta(minutes=15)
LONGEST_REST = timedelta(hours=24)


def rest_after(failures: int) -> timedelta:
    """How long a card rests after so many wrong tries in a row: a quarter of an hour, doubling to a day.

    >>> rest_after(4), rest_after(5) == CARD_REST, rest_after(6) == 2 * CARD_REST, rest_after(90) == LONGEST_REST
    (datetime.timedelta(0), True, True, True)
    """
    if failures < CARD_TRIES:
        return timedelta(0)
    return min(LONGEST_REST, CARD_REST * (1 << min(failures - CARD_TRIES, 10)))
