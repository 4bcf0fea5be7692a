"""Pages before the login: an invitation's password, a code to the telephone, the card, an enterprise's application.

What is typed here stands in no address and no log; the answers do not tell which telephones are known.
"""

from __future__ import annotations

from flask import current_app, session
from flask.typing import ResponseReturnValue

from coop.kernel.actor import Actor, system
from coop.kernel.config import load_settings
from coop.kernel.crypt import phone_index
from coop.kernel.errors import Fault, InputError, NotFoundError
from coop.kernel.unit import look
from coop.parties import rules
from coop.parties.queries import doors
from coop.parties.service import applications, invitations, logins
from coop.web import codes
from coop.web.doors import DoorPage, address_index
from coop.web.forms import Form
from coop.web.permissions import PUBLIC, permit
from coop.web.state import web_state
from coop.web.views import expose

PROVED = "phone_proved"  # the session's mark between the right code and the choice of who one is


class Invite(DoorPage):
    """A one-time code, and the own password."""

    route_base = "/invite"

    @expose("/")
    def index(self) -> str:
        return self.render("parties/invite.html", faults={}, form={})

    @expose("/", methods=["POST"])
    def accept(self) -> ResponseReturnValue:
        form = Form()
        code, password = form.text("code", longest=40), form.fields.get("password", "")
        if password != form.fields.get("again", ""):
            form.fault("again", "两次输入不一致", "the two entries differ")
        try:
            form.done()
            with self.system_unit() as work:
                home = invitations.find_home(work, code)
            with self.system_unit(home) as work:
                user_id = invitations.accept(work, code, password)
        except InputError as error:
            return self.invalid("parties/invite.html", error)
        return self.enter(user_id)


class PhoneLogin(DoorPage):
    """Six digits to the telephone that stands in the register."""

    route_base = "/login/phone"

    @expose("/")
    def ask(self) -> str:
        return self.render("parties/phone.html", faults={}, form={})

    @expose("/", methods=["POST"])
    def send(self) -> ResponseReturnValue:
        form = Form()
        phone = rules.typed_phone(form.text("phone", longest=30))
        if not phone:
            form.fault("phone", "应为 11 位手机号", "a mobile number of 11 digits")
        try:
            form.done()
        except InputError as error:
            return self.invalid("parties/phone.html", error)
        sender = codes.require(_sender())
        index = phone_index(phone)
        known = bool(self._people(index))
        with self.system_unit() as work:
            code = logins.new_code(work, index, address_index())
        if known:
            codes.dispatch(sender, phone, code)
        return self.render("parties/phone_code.html", phone=phone, faults={})

    @expose("/code", methods=["POST"])
    def check(self) -> ResponseReturnValue:
        form = Form()
        phone = rules.typed_phone(form.text("phone", longest=30))
        index = phone_index(phone)
        with self.system_unit() as work:
            right = logins.check_code(work, index, form.text("code", longest=12))
        people = self._people(index) if right else ()
        if not people:
            fault = Fault(
                "code", "验证码不对，或已过 5 分钟", "the code is wrong, or older than five minutes"
            )
            return self.invalid("parties/phone_code.html", InputError([fault]), phone=phone)
        if len(people) == 1:
            return self._as(people[0])
        session[PROVED] = [index, int(web_state().clock.now().timestamp())]
        return self.render("parties/phone_who.html", people=people)

    @expose("/who", methods=["POST"])
    def who(self) -> ResponseReturnValue:
        """Which of the members with this telephone it is."""
        form = Form()
        index, at = session.pop(PROVED, ("", 0))
        fresh = web_state().clock.now().timestamp() - at < rules.CODE_LASTS.total_seconds()
        member = form.integer("member")
        form.done()
        chosen = [p for p in self._people(index) if p.member_id == member] if fresh else []
        if not chosen:
            return self.go("PhoneLogin.ask")
        return self._as(chosen[0])

    def _as(self, person: doors.Person) -> ResponseReturnValue:
        with self.system_unit(person.tenant_id) as work:
            user_id = logins.member_account(work, person.member_id, way="phone")
        return self.enter(user_id)

    def _people(self, index: str) -> tuple[doors.Person, ...]:
        """Looked for in every village's register: before the login there is no own one."""
        clock = web_state().clock
        with look(system(), clock) as view:
            villages = doors.village_ids(view.session)
        with look(Actor(0, "system", 0, readable=villages), clock) as view:
            return doors.people_of_phone(view.session, index, view.today)


class CardLogin(DoorPage):
    """The printed card. Its code stands behind the address's `#`, which browsers keep to themselves."""

    route_base = "/card"

    @expose("/")
    def index(self) -> str:
        return self.render("parties/card.html", faults={}, form={})

    @expose("/", methods=["POST"])
    def enter_with(self) -> ResponseReturnValue:
        form = Form()
        token, secret = form.text("token", longest=100), form.text("secret", longest=12)
        card = logins.read_token(token)
        right = False
        try:
            form.done()
            if card is not None and self._is_village(card.tenant_id):
                with self.system_unit(card.tenant_id) as work:
                    right = logins.open_card(work, card, secret)
            if card is None or not right:
                form.fault("secret", *WRONG_CARD)
            form.done()
            assert card is not None
            with self.system_unit(card.tenant_id) as work:
                user_id = logins.member_account(work, card.member_id, way="card")
        except InputError as error:
            return self.invalid("parties/card.html", error)
        except NotFoundError:  # the member has left
            return self.invalid("parties/card.html", InputError([Fault("secret", *WRONG_CARD)]))
        return self.enter(user_id)

    def _is_village(self, tenant_id: int) -> bool:
        with look(system(), web_state().clock) as view:
            return tenant_id in doors.village_ids(view.session)


WRONG_CARD = (
    "卡已失效、数字不对，或错了 5 次须等一会儿",
    "the card is no longer valid, the digits are wrong, or it rests after five wrong tries",
)


class Apply(DoorPage):
    """An enterprise asks to be let in."""

    route_base = "/apply"

    @expose("/")
    def index(self) -> str:
        return self.render("parties/apply.html", faults={}, form={})

    @expose("/", methods=["POST"])
    def file(self) -> ResponseReturnValue:
        form = Form()
        entry = applications.ApplicationEntry(
            name=form.text("name", required=False, longest=100),
            name_en=form.text("name_en", required=False, longest=100),
            code=form.text("code", required=False, longest=40).upper(),
            credit_code=form.text("credit_code", required=False, longest=40).upper(),
            contact=form.text("contact", required=False, longest=50),
            phone=form.text("phone", required=False, longest=30),
        )
        try:
            form.done()
            with self.system_unit() as work:
                applications.file_application(work, entry, address=address_index())
        except InputError as error:
            return self.invalid("parties/apply.html", error)
        return self.render("parties/applied.html", name=entry.name)


def _sender() -> codes.CodeSender:
    """The app's provider of messages, made once."""
    held = current_app.extensions.get(codes.KEY)
    if held is None:
        held = current_app.extensions[codes.KEY] = codes.sender_for(load_settings())
    found: codes.CodeSender = held
    return found


for _endpoint in (
    "Invite.index",
    "Invite.accept",
    "PhoneLogin.ask",
    "PhoneLogin.send",
    "PhoneLogin.check",
    "PhoneLogin.who",
    "CardLogin.index",
    "CardLogin.enter_with",
    "Apply.index",
    "Apply.file",
):
    permit(_endpoint, PUBLIC)
