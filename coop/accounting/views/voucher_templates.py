"""Templates of vouchers (常用凭证): kept from a draft, taken into the grid, run over several villages in one act."""

from __future__ import annotations

from dataclasses import dataclass

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coop.accounting.queries import boards, work
from coop.accounting.queries.boards import TemplateRun
from coop.accounting.service import voucher_templates as service
from coop.governance.views.shared import once_only, person
from coop.kernel.actor import Actor, Role
from coop.kernel.errors import CoopError, Fault, InputError
from coop.kernel.idempotency import once
from coop.kernel.unit import look, unit
from coop.parties import queries as parties
from coop.web.errors import said
from coop.web.forms import Form
from coop.web.permissions import permit
from coop.web.state import web_state
from coop.web.views import Page, expose
from ledger.errors import LedgerError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run in one book: the draft's number, or why there is none."""

    entity: str
    draft_id: int | None
    faults: tuple[str, ...]


class TemplateView(Page):
    route_base = "/voucher-templates"

    @expose("/<int:entity_id>")
    def list(self, entity_id: int) -> str:
        with self.look() as view:
            offer = boards.draft_form(view.session, entity_id)
            return self.render("accounting/voucher_templates.html", offer=offer)

    @expose("/keep/<int:draft_id>", methods=["POST"])
    def keep(self, draft_id: int) -> ResponseReturnValue:
        form = Form()
        name = form.text("name", longest=60)
        try:
            form.done()
            with self.unit() as u:
                made = once_only(self, u, lambda: {"id": service.keep_template(u, draft_id, name).entity_id})
        except InputError as error:
            with self.look() as view:
                entry = boards.draft_entry(view.session, draft_id)
                own = entry.draft.maker_id == view.actor.user_id
            return self.invalid("accounting/draft.html", error, entry=entry, own=own, person=person)
        return self.go("TemplateView.list", entity_id=made["id"], say=_("The template is kept."))

    @expose("/<int:voucher_template_id>/drop", methods=["POST"])
    def drop(self, voucher_template_id: int) -> ResponseReturnValue:
        with self.look() as view:
            entity_id = work.template(view.session, voucher_template_id).entity_id
        with self.unit() as u:
            service.drop_template(u, voucher_template_id)
        return self.go("TemplateView.list", entity_id=entity_id, say=_("The template is gone."))

    @expose("/<int:voucher_template_id>/run")
    def run_form(self, voucher_template_id: int) -> str:
        run, _posts = self._run(voucher_template_id)
        with self.look() as view:
            day = view.today.isoformat()
        return self.render("accounting/voucher_template_run.html", run=run, form={"day": day}, outcomes=())

    @expose("/<int:voucher_template_id>/run", methods=["POST"])
    def run(self, voucher_template_id: int) -> ResponseReturnValue:
        """A draft in each chosen book, each in its own village's transaction: one that refuses stops no other."""
        run, standing = self._run(voucher_template_id)
        form = Form()
        day, summary = form.day("day"), form.text("summary", longest=200)
        chosen = [
            (book, form.yuan(f"amount-{book.entity}", required=False) or None)
            for book, _entity in run.books
            if form.flag(f"book-{book.entity}")
        ]
        if not chosen:
            form.fault("books", "至少选择一个账簿", "choose one book at least")
        try:
            form.done()
        except InputError as error:
            return self.invalid("accounting/voucher_template_run.html", error, run=run, outcomes=())
        outcomes = []
        for book, amount in chosen:
            try:
                with unit(standing[book.tenant_id], web_state().clock) as u:
                    made = once(
                        u,
                        f"{self.request_key()[:200]}-{book.entity}",
                        "TemplateView.run",
                        {
                            "template": voucher_template_id,
                            "day": str(day),
                            "summary": summary,
                            "amount": amount,
                        },
                        lambda entity=book.entity_id, fen=amount, u=u: {  # type: ignore[misc]  # bound now, not at the end
                            "id": service.draft_from(
                                u,
                                entity,
                                day=day,
                                summary=summary,
                                lines=list(run.template.lines),
                                amount_fen=fen,
                            ).id
                        },
                    )
                outcomes.append(Outcome(book.entity, made["id"], ()))
            except InputError as error:
                outcomes.append(Outcome(book.entity, None, tuple(said(fault) for fault in error.faults)))
            except (CoopError, LedgerError) as error:
                outcomes.append(Outcome(book.entity, None, (said(Fault("", error.zh, error.en)),)))
        return self.render(
            "accounting/voucher_template_run.html", run=run, form=form.fields, outcomes=tuple(outcomes)
        )

    def _run(self, voucher_template_id: int) -> tuple[TemplateRun, dict[int, Actor]]:
        """The template with the books it may be run over, and whom the caller is in each village."""
        with self.look() as view:
            own, day = view.actor, view.today
            posts = parties.posts_of(view.session, own.user_id, day)
            standing = {own.tenant_id: own}
            for post in posts:
                there = parties.actor_for_user(
                    view.session, own.user_id, own.name, own.roles, day, chosen=post.tenant_id
                )
                if there is not None:
                    standing.setdefault(there.tenant_id, there)
            wide = parties.across(view.session, own, day)
        with look(wide, web_state().clock) as view:
            return boards.template_run(view.session, voucher_template_id, standing), standing


for _page in ("list", "keep", "drop", "run_form", "run"):
    permit(f"TemplateView.{_page}", Role.accountant)
