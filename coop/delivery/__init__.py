"""Shipments, acceptance by the enterprise, claims, traceability."""
