"""Pure rules of the year's distribution: who gets what, and the calculation in plain words."""

from coop.dividends.rules.coop import compute_coop
from coop.dividends.rules.rceo import bonus_keys, compute_rceo
from coop.dividends.rules.record import Inputs, compute, digest, inputs_from_json, inputs_to_json
from coop.dividends.rules.values import (
    LAWFUL_REFUND,
    BelowFloorError,
    CoopInputs,
    CoverError,
    Line,
    NoKeysError,
    NothingToDistributeError,
    OverLimitError,
    Parameters,
    Plan,
    Pool,
    QuantifyBy,
    RceoInputs,
    Tranche,
    TrancheSum,
)
from coop.dividends.rules.waterfall import Step, waterfall

__all__ = [
    "LAWFUL_REFUND",
    "BelowFloorError",
    "CoopInputs",
    "CoverError",
    "Inputs",
    "Line",
    "NoKeysError",
    "NothingToDistributeError",
    "OverLimitError",
    "Parameters",
    "Plan",
    "Pool",
    "QuantifyBy",
    "RceoInputs",
    "Step",
    "Tranche",
    "TrancheSum",
    "bonus_keys",
    "compute",
    "compute_coop",
    "compute_rceo",
    "digest",
    "inputs_from_json",
    "inputs_to_json",
    "waterfall",
]
