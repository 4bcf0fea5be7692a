"""Pages of the parties: the doors before the login, and the people behind them."""

from coop.parties.views.doors import Apply, CardLogin, Invite, PhoneLogin
from coop.parties.views.people import ApplicationView, CardView, UserView

__all__ = ["ApplicationView", "Apply", "CardLogin", "CardView", "Invite", "PhoneLogin", "UserView"]
