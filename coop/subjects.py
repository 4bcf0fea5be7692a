"""The one list of subjects, in import order: app, worker, command line and migrations fill the registries from it."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

SUBJECTS = (
    "parties",
    "books",
    "governance",
    "points",
    "standards",
    "policy",
    "orders",
    "splitting",
    "production",
    "procurement",
    "delivery",
    "settlement",
    "accounting",
    "dividends",
    "desk",
    "season",
)
# What a subject brings to the registries; its pages come with the web app alone.
ROLES = ("models", "service", "checks", "offers")
KERNEL = ("audit", "crossings", "files", "idempotency", "jobs", "numbering", "outbox")


def load_subjects(roles: tuple[str, ...] = ROLES) -> None:
    """Import each subject's modules of these roles, those it has."""
    for name in KERNEL:
        import_module(f"coop.kernel.{name}")
    for subject in SUBJECTS:
        for role in roles:
            name = f"coop.{subject}.{role}"
            if find_spec(name) is not None:
                import_module(name)
