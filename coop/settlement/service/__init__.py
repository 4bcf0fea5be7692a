"""Use cases of the settlement: bill what was agreed, take the enterprise's money, pay the households."""

from coop.settlement.service.advances import advise_advance, receive_advance
from coop.settlement.service.bills import NotAgreedError, bill
from coop.settlement.service.households import approve_pay, pay, propose_pay
from coop.settlement.service.payments import advise_payment, receive_payment

__all__ = [
    "NotAgreedError",
    "advise_advance",
    "advise_payment",
    "approve_pay",
    "bill",
    "pay",
    "propose_pay",
    "receive_advance",
    "receive_payment",
]
