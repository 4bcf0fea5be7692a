"""A plan as a record: its inputs as JSON values, computed again from them, and the digest that gates name."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from typing import Any

from coop.dividends.rules.coop import compute_coop
from coop.dividends.rules.rceo import compute_rceo
from coop.dividends.rules.values import CoopInputs, Parameters, Plan, QuantifyBy, RceoInputs
from coop.governance.rules import digest_of
from ledger.chart import Standard

Inputs = RceoInputs | CoopInputs


def compute(inputs: Inputs) -> Plan:
    """The plan of either standard; the same inputs always give the same plan."""
    return compute_rceo(inputs) if isinstance(inputs, RceoInputs) else compute_coop(inputs)


def inputs_to_json(inputs: Inputs) -> dict[str, Any]:
    """Everything that decides a plan, as JSON values; rates as exact fractions.

    >>> inputs = RceoInputs(2025, 100, 0, 0, {"H1": 1}, parameters=Parameters(Fraction(35, 100)))
    >>> inputs_from_json(inputs_to_json(inputs)) == inputs
    True
    """
    record = asdict(inputs)
    record["standard"] = inputs.standard.value
    given = record["parameters"]
    given["reserve_rate"], given["refund_rate"] = str(given["reserve_rate"]), str(given["refund_rate"])
    given["quantify_by"] = inputs.parameters.quantify_by.value
    if isinstance(inputs, RceoInputs):
        record["barred"] = sorted(inputs.barred)
    return record


def inputs_from_json(record: dict[str, Any]) -> Inputs:
    """The inputs a record holds."""
    given = dict(record["parameters"])
    parameters = Parameters(
        **{
            **given,
            "reserve_rate": Fraction(given["reserve_rate"]),
            "refund_rate": Fraction(given["refund_rate"]),
            "quantify_by": QuantifyBy(given["quantify_by"]),
        }
    )
    values = {**record, "parameters": parameters}
    if Standard(values.pop("standard")) is Standard.rceo_2023:
        return RceoInputs(**{**values, "barred": frozenset(values["barred"])})
    return CoopInputs(**values)


def digest(entity: str, inputs: Inputs, plan: Plan) -> str:
    """What review, notice and resolution name: the inputs, the pool and every household's line.

    Another key, rate or fen anywhere is another digest, and all gates are closed again.
    """
    return digest_of(
        {
            "entity": entity,
            "inputs": inputs_to_json(inputs),
            "pool": asdict(plan.pool),
            "lines": [[line.tranche.value, line.household, line.key, line.fen] for line in plan.lines],
        }
    )
