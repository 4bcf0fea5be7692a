"""Use cases of governance: meet, resolve, stamp, review, publish; and the gates other subjects ask for."""

from coop.governance.rules import Body, ResolutionKind, digest_of
from coop.governance.service.gates import Gate, GateClosedError, require, require_stamps
from coop.governance.service.meetings import attend, call_meeting, cancel_meeting, resolve
from coop.governance.service.notices import publish
from coop.governance.service.stamps import refuse_stamp, review, stamp, stamp_day

__all__ = [
    "Body",
    "Gate",
    "GateClosedError",
    "ResolutionKind",
    "attend",
    "call_meeting",
    "cancel_meeting",
    "digest_of",
    "publish",
    "refuse_stamp",
    "require",
    "require_stamps",
    "resolve",
    "review",
    "stamp",
    "stamp_day",
]
