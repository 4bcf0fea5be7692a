"""A beancount file as the operator hands it in: the entity it is meant for, one unit, all or nothing."""

from __future__ import annotations

from sqlalchemy import select

from coop.accounting.service.opening_books import ImportedBook, import_book
from coop.kernel.actor import Role, system
from coop.kernel.errors import Fault, InputError
from coop.kernel.unit import owner_session, unit
from coop.parties.models import EntityRow


def import_beancount(entity: str, text: str) -> ImportedBook:
    """Open the empty book of that entity from the text, on the operator's behalf. Raises InputError with all faults."""
    with owner_session() as session:
        tenant = session.scalars(select(EntityRow.tenant_id).where(EntityRow.code == entity)).one_or_none()
    if tenant is None:
        raise InputError([Fault("entity", f"没有法人 {entity}", f"there is no entity {entity}")])
    with unit(system(tenant, Role.accountant, Role.manager)) as work:
        row = work.session.scalars(select(EntityRow).where(EntityRow.code == entity)).one()
        return import_book(work, row, text)
