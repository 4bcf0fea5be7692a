"""Use cases of splitting: file capacity, propose, change, publish, answer, offer again, settle."""

from coop.splitting.rules import NobodyDeliveredError, NoShareError, Policy, ProblemError
from coop.splitting.service.answers import answer, answer_all
from coop.splitting.service.capacity import CapacityEntry, file_capacity, season_of
from coop.splitting.service.deliveries import (
    Share,
    delivery_limit,
    lock_shares,
    record_deliveries,
    record_delivery,
    require_deliverable,
)
from coop.splitting.service.errors import (
    AnswerDayError,
    LessError,
    NegativeShareError,
    NoCapacityError,
    NotAcceptedError,
    NothingPromisedError,
    NotYourShareError,
    OffersOpenError,
    OverCapacityError,
    OverDeliveryError,
    OverOrderError,
    ReasonMissingError,
    SplitFixedError,
    UnknownGroupError,
)
from coop.splitting.service.propose import change_allocation, propose_split, unlock_allocation
from coop.splitting.service.rounds import confirm_split, publish_split, reallocate

__all__ = [
    "AnswerDayError",
    "CapacityEntry",
    "LessError",
    "NegativeShareError",
    "NoCapacityError",
    "NoShareError",
    "NobodyDeliveredError",
    "NotAcceptedError",
    "NotYourShareError",
    "NothingPromisedError",
    "OffersOpenError",
    "OverCapacityError",
    "OverDeliveryError",
    "OverOrderError",
    "Policy",
    "ProblemError",
    "ReasonMissingError",
    "Share",
    "SplitFixedError",
    "UnknownGroupError",
    "answer",
    "answer_all",
    "change_allocation",
    "confirm_split",
    "delivery_limit",
    "file_capacity",
    "lock_shares",
    "propose_split",
    "publish_split",
    "reallocate",
    "record_deliveries",
    "record_delivery",
    "require_deliverable",
    "season_of",
    "unlock_allocation",
]
