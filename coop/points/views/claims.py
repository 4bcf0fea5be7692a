"""The charter, claims on their way to final, and the lists that come of them."""

from __future__ import annotations

from datetime import date

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coop.governance.views.shared import VILLAGE, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.kernel.unit import Look
from coop.points import queries
from coop.points import service as points
from coop.points.models import ClaimState
from coop.points.queries import documents, standing
from coop.web.forms import Form
from coop.web.permissions import permit
from coop.web.views import Page, expose

CHECKERS = (Role.clerk, Role.manager, Role.supervisor)
COMMITTEE = (Role.supervisor, Role.manager)


def asked_year(today: date) -> int:
    """`?year=`, else this year."""
    text = request.args.get("year", "")
    return int(text) if text.isdecimal() and len(text) == 4 else today.year


def _ids(name: str = "claim") -> list[int]:
    return [int(text) for text in request.form.getlist(name) if text.isdecimal() and len(text) < 16]


def _asked_day(name: str, other: date) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return other


class ClaimPages(Page):
    """Half of `PointsView`."""

    @expose("/items")
    def items(self) -> str:
        with self.look() as view:
            village = standing.village_in_sight(view.session, view.actor, request.args.get("village", ""))
            rows = queries.items(view.session, village.id)
            return self.render("points/items.html", rows=rows, village=village, tab="items")

    @expose("/items/adopt", methods=["POST"])
    def adopt(self) -> ResponseReturnValue:
        with self.unit() as u:
            items, goods = points.adopt_items(u)
        say = _("%(items)s clauses and %(goods)s goods were adopted.", items=items, goods=goods)
        return self.go("PointsView.items", say=say)

    @expose("/claims")
    def claims(self) -> str:
        asked = request.args.get("state", "")
        state = ClaimState(asked) if asked in ClaimState.__members__ else ClaimState.proposed
        with self.look() as view:
            village = standing.village_in_sight(view.session, view.actor, request.args.get("village", ""))
            rows = queries.claims(view.session, states=(state,), tenant_id=village.id)
            own = village.id == view.actor.tenant_id
            return self.render(
                "points/claims.html",
                rows=rows,
                state=state.value,
                states=[s.value for s in ClaimState],
                village=village,
                own=own,
                tab="claims",
            )

    @expose("/claims/<int:claim_id>")
    def claim(self, claim_id: int) -> str:
        with self.look() as view:
            return self.render("points/claim.html", **self._claim(view, claim_id), form={})

    def _claim(self, view: Look, claim_id: int) -> dict[str, object]:
        page = documents.claim_page(view.session, claim_id)
        own = page.tenant_id == view.actor.tenant_id
        others = standing.colleagues(view.session, view.actor, view.today) if own else []
        return {"page": page, "own": own, "others": others, "person": person, "tab": "claims"}

    @expose("/claims/new")
    def new(self) -> str:
        with self.look() as view:
            return self.render("points/claim_new.html", **self._offer(view), form={"day": view.today})

    def _offer(self, view: Look) -> dict[str, object]:
        tenant = view.actor.tenant_id
        return {
            "items": queries.items(view.session, tenant),
            "numbers": standing.numbers(view.session, tenant),
            "tab": "claims",
        }

    @expose("/claims/new", methods=["POST"])
    def propose(self) -> ResponseReturnValue:
        form = Form()
        household, item, day = (
            form.text("household", longest=40),
            form.text("item", longest=40),
            form.day("day"),
        )
        evidence = form.text("evidence")
        chosen = form.integer("points", minimum=-1000, maximum=1000, required=False)
        season = form.text("season", required=False, longest=40)
        try:
            form.done()
            with self.unit() as u:
                made = once_only(
                    self,
                    u,
                    lambda: {
                        "id": points.propose(
                            u,
                            household=household,
                            item=item,
                            day=day,
                            evidence=evidence,
                            points=chosen or None,
                            season=season,
                        ).id
                    },
                )
        except InputError as error:
            with self.look() as view:
                return self.invalid("points/claim_new.html", error, **self._offer(view))
        return self.go("PointsView.claim", claim_id=made["id"], say=_("The claim is proposed."))

    @expose("/claims/<int:claim_id>/check", methods=["POST"])
    def check(self, claim_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            points.check(u, claim_id)
        return self.go("PointsView.claim", claim_id=claim_id, say=_("The facts are checked."))

    @expose("/claims/score", methods=["POST"])
    def score(self) -> ResponseReturnValue:
        with self.unit() as u:
            rows = points.score(u, _ids(), lawful_penalty=_ids("lawful"))
        say = _("%(count)s claims are scored.", count=len(rows))
        return self.go("PointsView.claims", state="scored", say=say)

    @expose("/claims/publish", methods=["POST"])
    def publish(self) -> ResponseReturnValue:
        with self.unit() as u:
            notice = points.publish(u, _ids()).id
        return self.go(
            "NoticeView.show", notice_id=notice, say=_("The list hangs on the board for seven days.")
        )

    @expose("/claims/finalise", methods=["POST"])
    def finalise(self) -> ResponseReturnValue:
        with self.unit() as u:
            rows = points.finalise(u, _ids())
        say = _("%(count)s claims are final.", count=len(rows))
        return self.go("PointsView.claims", state="final", say=say)

    @expose("/claims/<int:claim_id>/reject", methods=["POST"])
    def reject(self, claim_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=500)
        try:
            form.done()
        except InputError as error:
            with self.look() as view:
                return self.invalid("points/claim.html", error, **self._claim(view, claim_id))
        with self.unit() as u:
            points.reject(u, claim_id, reason)
        return self.go("PointsView.claim", claim_id=claim_id, say=_("The claim is refused."))

    @expose("/claims/<int:claim_id>/revoke", methods=["POST"])
    def revoke(self, claim_id: int) -> ResponseReturnValue:
        form = Form()
        reason, asked_by = form.text("reason", longest=200), form.integer("asked_by", minimum=1)
        try:
            form.done()
        except InputError as error:
            with self.look() as view:
                return self.invalid("points/claim.html", error, **self._claim(view, claim_id))
        with self.unit() as u:
            points.revoke(u, claim_id, reason, asked_by=asked_by)
        return self.go("PointsView.claim", claim_id=claim_id, say=_("The points are taken back."))

    @expose("/households")
    def households(self) -> str:
        with self.look() as view:
            village = standing.village_in_sight(view.session, view.actor, request.args.get("village", ""))
            board = standing.board(view.session, asked_year(view.today), village.id)
            return self.render("points/households.html", board=board, village=village, tab="households")

    @expose("/households/<number>")
    def household(self, number: str) -> str:
        with self.look() as view:
            village = standing.village_in_sight(view.session, view.actor, request.args.get("village", ""))
            known = standing.household_number(view.session, number, village.id)
            page = queries.household_points(view.session, known, asked_year(view.today), village.id)
            return self.render("points/household.html", page=page, village=village, tab="households")

    @expose("/lists")
    def lists(self) -> str:
        """The red and the black list: in the village only, virtue and sum, nothing else."""
        with self.look() as view:
            since = _asked_day("since", date(view.today.year, 1, 1))
            until = _asked_day("until", view.today)
            red, black = queries.honour_lists(view.session, since, until, view.actor.tenant_id)
            return self.render(
                "points/lists.html", red=red, black=black, since=since, until=until, tab="lists"
            )


for _page in ("items", "claims", "claim", "households", "household"):
    permit(f"PointsView.{_page}", *VILLAGE)
# In-village: the county and other offices see no list of names or numbers.
permit("PointsView.lists", Role.manager, Role.accountant, Role.checker, Role.supervisor, Role.clerk)
for _act in ("new", "propose", "check"):
    permit(f"PointsView.{_act}", *CHECKERS)
for _act in ("adopt", "score", "publish", "reject"):
    permit(f"PointsView.{_act}", *COMMITTEE)
permit("PointsView.finalise", *COMMITTEE, Role.accountant)
permit("PointsView.revoke", Role.checker, Role.manager)
