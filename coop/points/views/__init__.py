"""Pages of the points: charter, claims, households, shop, red and black lists."""

from flask_babel import lazy_gettext

from coop.points.views.claims import ClaimPages
from coop.points.views.shop import ShopPages
from coop.web.menu import Group, menu_entry


class PointsView(ClaimPages, ShopPages):
    """One address for all of them; the two halves stand in their own files."""

    route_base = "/points"


menu_entry("PointsView.claims", lazy_gettext("Moral points"), icon="award", group=Group.dividend, order=20)

__all__ = ["PointsView"]
