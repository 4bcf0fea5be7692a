"""Reads of the settlement: bills and statements, a household's money, where a fen comes from."""

from coop.settlement.queries.advances import (
    Advance,
    AdvanceAccount,
    AdvancePage,
    AdvanceUse,
    advance_account,
    advance_page,
    advances,
)
from coop.settlement.queries.bills import (
    Payment,
    Sale,
    SaleCost,
    SaleLine,
    payment,
    payments,
    sale,
    sale_cost,
    sale_of_acceptance,
    sales,
)
from coop.settlement.queries.dues import DueLine
from coop.settlement.queries.graph import graph_of_payable, graph_of_voucher
from coop.settlement.queries.households import HouseholdMoney, MoneyLine, household_money
from coop.settlement.queries.nodes import FenNode
from coop.settlement.queries.statement import Statement, statement

__all__ = [
    "Advance",
    "AdvanceAccount",
    "AdvancePage",
    "AdvanceUse",
    "DueLine",
    "FenNode",
    "HouseholdMoney",
    "MoneyLine",
    "Payment",
    "Sale",
    "SaleCost",
    "SaleLine",
    "Statement",
    "advance_account",
    "advance_page",
    "advances",
    "graph_of_payable",
    "graph_of_voucher",
    "household_money",
    "payment",
    "payments",
    "sale",
    "sale_cost",
    "sale_of_acceptance",
    "sales",
    "statement",
]
