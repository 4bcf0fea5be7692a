"""Pages of the growing: shares and inspections, inputs, agreements, and the household's own part on the phone."""

from coop.production.views.agreements import AgreementView
from coop.production.views.inputs import InputView
from coop.production.views.own import MyProductionView
from coop.production.views.shares import ProductionView

__all__ = ["AgreementView", "InputView", "MyProductionView", "ProductionView"]
