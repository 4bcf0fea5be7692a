"""Fava inside our own pages: one read-only WSGI app for each book, asked only after our guard has let the caller pass.

Fava knows no users. Its app is made from a file written for it alone, is asked with GET, sees neither our cookies nor
our session, and its answers carry a policy of their own: everything from here, nothing from elsewhere.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Fava writes style attributes, draws with inline SVG, and compiles its editor's grammar from a file of its own.
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
APPS = 8
"""How many books are kept open in one process; the one unused longest goes."""

# The editor shows the file's text, the importer and documents read folders of the server: none is offered here.
CLOSED = ("/editor/", "/import/", "/document/", "/statement/", "/api/source", "/api/extract", "/api/imports")


class FavaMount:
    """The Fava apps of this process by book; each is made anew once its book has a new version."""

    def __init__(self) -> None:
        self._apps: OrderedDict[Hashable, tuple[str, Path, WSGIApplication]] = OrderedDict()
        self._lock = Lock()

    def answer(
        self, key: Hashable, version: str, write: Callable[[], Path], environ: dict[str, Any], inside: str
    ) -> Response:
        """Fava's answer for the path `inside` the mount. `write` makes the file where this version has no app."""
        path = "/" + inside
        if any(f"{closed.rstrip('/')}/" in f"{path}/" for closed in CLOSED):
            return Response("404", status=404, headers={"Content-Security-Policy": POLICY})
        file, app = self._app(key, version, write)
        # As WSGI wants it: the address of a book holds its Chinese name.
        path = path.encode().decode("latin1")
        prefix = environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"].removesuffix(path)
        asked = {k: v for k, v in environ.items() if not k.startswith(("flask.", "werkzeug."))}
        asked |= {"SCRIPT_NAME": prefix, "PATH_INFO": path}
        asked.pop("HTTP_COOKIE", None)
        answer = Response.from_app(app, asked, buffered=True)
        answer.headers.pop("Set-Cookie", None)
        answer.headers["Content-Security-Policy"] = POLICY
        return _without_folder(answer, file)

    def _app(self, key: Hashable, version: str, write: Callable[[], Path]) -> tuple[Path, WSGIApplication]:
        with self._lock:  # one at a time: a book is loaded once, and Fava's loader is not made for more
            held = self._apps.get(key)
            if held is None or held[0] != version:
                from fava.application import create_app

                file = write()
                held = version, file, create_app([str(file)], load=True, read_only=True, poll_watcher=True)
                self._apps[key] = held
            self._apps.move_to_end(key)
            while len(self._apps) > APPS:
                self._apps.popitem(last=False)
            return held[1], held[2]


def _without_folder(answer: Response, file: Path) -> Response:
    """Fava tells every reader the absolute path of its file; where the server keeps it is nobody's business."""
    if answer.mimetype in ("text/html", "application/json"):
        folder = f"{file.parent}/".encode()
        answer.set_data(answer.get_data().replace(folder, b""))
    return answer
