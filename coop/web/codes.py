"""How a login code reaches a telephone: the provider's interface, and the console that stands in for one.

`COOP_CODE_SENDER` names the provider as `package.module:Class`; it is made without arguments and reads its own
settings. The default, `console`, prints to the server's log on a developer's machine and refuses production.
"""

from __future__ import annotations

import logging
import os
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from typing import Any, Protocol

from coop.kernel.config import Settings
from coop.kernel.errors import CoopError, Fault, InputError

log = logging.getLogger(__name__)
SETTING = "COOP_CODE_SENDER"
CONSOLE = "console"
KEY = "siwei_code_sender"
# Sent beside the request: how long a provider takes tells nobody whether a telephone is known.
_line = ThreadPoolExecutor(max_workers=2, thread_name_prefix="codes")


class CodeSender(Protocol):
    """A provider of text messages."""

    def send(self, phone: str, code: str) -> None:
        """Send the code to the telephone; any exception means it was not sent."""


class NoSenderError(CoopError):
    def __init__(self) -> None:
        super().__init__(
            zh="本系统还没有接通短信，请用二维码卡或密码登录",
            en="no text messages are set up here; log in with a card or a password",
        )


class Console:
    """Prints the code to the log: for a developer's machine alone."""

    def send(self, phone: str, code: str) -> None:
        log.warning("login code for ****%s: %s", phone[-4:], code)


class Refusing:
    """Production without a provider: nothing is sent, and the page says so to everybody alike."""

    def send(self, phone: str, code: str) -> None:  # noqa: ARG002  (the interface)
        raise NoSenderError


def sender_for(settings: Settings, named: str | None = None) -> CodeSender:
    """The provider the settings name. Raises InputError for a name that leads nowhere."""
    name = named or os.environ.get(SETTING) or CONSOLE
    if name == CONSOLE:
        return Refusing() if settings.production else Console()
    module, _, attribute = name.partition(":")
    try:
        made: CodeSender = getattr(import_module(module), attribute)()
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError([Fault(SETTING, f"找不到 {name}", f"there is no {name}")]) from error
    return made


def dispatch(sender: CodeSender, phone: str, code: str) -> Future[None]:
    """Hand a code to the provider in the background. A failure is noted without telephone or code."""
    return _line.submit(_send, sender, phone, code)


def _send(sender: CodeSender, phone: str, code: str) -> None:
    try:
        sender.send(phone, code)
    except Exception as error:  # noqa: BLE001  (a provider may fail in any way; the person asks again)
        log.error("a login code was not sent: %s", type(error).__name__)  # noqa: TRY400  (its text may hold the number)


def require(sender: Any) -> CodeSender:
    """The provider, where there is one; the same refusal for every telephone where there is none."""
    if sender is None or isinstance(sender, Refusing):
        raise NoSenderError
    found: CodeSender = sender
    return found
