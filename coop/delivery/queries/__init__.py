"""Reads of the delivery, ready to render for both sides: shipments with acceptance, certificate and trace."""

from coop.delivery.queries.papers import certificate
from coop.delivery.queries.reads import (
    certificate_of,
    shipment,
    shipment_of_acceptance,
    shipments,
    trace,
)
from coop.delivery.queries.values import (
    BASIS_TEXTS,
    SHIPMENT_TEXTS,
    Acceptance,
    Certificate,
    Goods,
    QuarantinePaper,
    Shipment,
    ShipmentLine,
    TraceLine,
)

__all__ = [
    "BASIS_TEXTS",
    "SHIPMENT_TEXTS",
    "Acceptance",
    "Certificate",
    "Goods",
    "QuarantinePaper",
    "Shipment",
    "ShipmentLine",
    "TraceLine",
    "certificate",
    "certificate_of",
    "shipment",
    "shipment_of_acceptance",
    "shipments",
    "trace",
]
