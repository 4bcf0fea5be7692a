"""The base of every page. A subject's page parses, opens a look or a unit, calls one service or query,
renders.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder import expose as fab_expose

from coop.kernel.actor import Actor
from coop.kernel.errors import InputError
from coop.kernel.unit import Look, Unit, look, unit
from coop.web.errors import said
from coop.web.state import web_state

__all__ = ["Page", "Pages", "PhonePage", "expose"]

V = TypeVar("V", bound=Callable[..., Any])
CODE = Path(__file__).resolve().parents[1]


def expose(url: str = "/", methods: Sequence[str] = ("GET",)) -> Callable[[V], V]:
    """FAB's decorator of a page's method, with its type kept."""
    typed: Callable[[V], V] = fab_expose(url, methods)
    return typed


@dataclass(frozen=True, slots=True)
class Pages:
    """Which page of a list is shown. A query takes `offset` and `size`, the template `ui.pager(pages)`.

    >>> Pages(page=3, size=50, total=120).last, Pages(page=3, size=50).offset
    (3, 100)
    """

    page: int = 1
    size: int = 50
    total: int = 0

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))

    def of(self, total: int) -> Pages:
        return Pages(self.page, self.size, total)


class Page(BaseView):
    """One subject's pages. Set `route_base`, `expose` methods, and state `permit("ClassName.method", ...)`
    beside it.
    """

    layout: ClassVar[str] = "ui/base.html"
    default_view = "index"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Templates of a subject stand in its own folder, wherever in the subject the views module is."""
        super().__init_subclass__(**kwargs)
        file = getattr(sys.modules.get(cls.__module__), "__file__", None)
        if file is None:
            return
        home = Path(file).resolve().parent
        if home.is_relative_to(CODE) and home != CODE:
            home = CODE / home.relative_to(CODE).parts[0]
        cls.template_folder = str(home / "templates")

    def actor(self) -> Actor:
        """Who is calling; raises NoActorError for an account that stands for nobody."""
        return web_state().actor()

    def look(self) -> AbstractContextManager[Look]:
        """`with self.look() as l:` a read-only view with the caller's scopes."""
        return look(self.actor(), web_state().clock)

    def unit(self) -> AbstractContextManager[Unit]:
        """`with self.unit() as u:` one transaction of the caller. A POST has exactly one."""
        return unit(self.actor(), web_state().clock)

    def partial(self) -> bool:
        """Whether htmx asked for a part of the page rather than the whole."""
        return "HX-Request" in request.headers and "HX-Boosted" not in request.headers

    def render(self, template: str, /, **context: Any) -> str:
        """Render a template that begins `{% extends layout %}`: the whole page, or only its content for
        htmx.
        """
        layout = "ui/part.html" if self.partial() else self.layout
        return render_template(template, layout=layout, **context)

    def invalid(self, template: str, error: InputError, /, **context: Any) -> ResponseReturnValue:
        """The form again with its faults (422); fields keep what was typed by `value=form.x`."""
        faults = {f.place: said(f) for f in error.faults}
        text = self.render(template, faults=faults, form=request.form, **context)
        # Other refusals go to the messages; a form with its faults takes the place of the form.
        return text, 422, {"HX-Retarget": "#content"}

    def go(self, endpoint: str, /, *, say: str = "", **arguments: Any) -> ResponseReturnValue:
        """After a write: on to a page (303), with a word about what was done."""
        if say:
            flash(say, "success")
        url = url_for(endpoint, **arguments)
        if "HX-Request" in request.headers:
            return "", 204, {"HX-Redirect": url}
        return redirect(url, code=303)

    def pages(self, size: int = 50) -> Pages:
        """The page asked for with `?page=`; nonsense is page 1."""
        asked = request.args.get("page", "1")
        return Pages(max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1, size)

    def request_key(self) -> str:
        """The key `ui.form` puts into each form, for `kernel.idempotency.once`: a double click has one
        effect.
        """
        return request.headers.get("Idempotency-Key") or request.form.get("request_key", "")

    def download(self, data: bytes | Path, filename: str, mimetype: str) -> ResponseReturnValue:
        """A file to be saved; the name may be Chinese."""
        source = data if isinstance(data, Path) else BytesIO(data)
        return send_file(source, mimetype=mimetype, as_attachment=True, download_name=filename, max_age=0)


class PhonePage(Page):
    """A page for villagers: 390 px, 18 pt text, targets of 60 px, one task."""

    layout = "ui/base_phone.html"
