"""Pages of the parties: the doors before the login, the people behind them, and who acts for whom."""

from coop.parties.views.acting import ActingMandateView, ActingView
from coop.parties.views.doors import Apply, CardLogin, Invite, PhoneLogin
from coop.parties.views.people import ApplicationView, CardView, UserView

__all__ = [
    "ActingMandateView",
    "ActingView",
    "ApplicationView",
    "Apply",
    "CardLogin",
    "CardView",
    "Invite",
    "PhoneLogin",
    "UserView",
]
