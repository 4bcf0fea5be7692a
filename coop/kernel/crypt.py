"""Personal numbers (phone, bank account) at rest: AES-256-GCM under a key derived from the secret key.

The cipher text names its key, so that keys can be rotated. Equality is looked for through a blind index alone: a keyed
hash, one a purpose, from which nothing can be read and which nobody without the key can work out for a guessed number.
"""

from __future__ import annotations

import base64
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

KEY_ID = "k1"
NONCE_BYTES = 12
_keys: dict[str, AESGCM] = {}
_blinding: dict[str, bytes] = {}


def set_secret(secret: str) -> None:
    """Called once by the composition root with the configured secret key."""
    raw = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"siwei personal numbers").derive(
        secret.encode()
    )
    _keys[KEY_ID] = AESGCM(raw)
    _blinding[KEY_ID] = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"siwei blind index").derive(
        secret.encode()
    )


def blind(purpose: str, text: str) -> str:
    """The keyed hash (HMAC-SHA-256) of a secret or personal number, for one purpose; hex, 64 characters."""
    return hmac.new(_blinding[KEY_ID], f"{purpose}\0{text}".encode(), "sha256").hexdigest()


def phone_index(phone: str) -> str:
    """What a telephone is found by; empty for none. Only its digits count."""
    digits = "".join(mark for mark in phone if mark.isascii() and mark.isdecimal())
    return blind("phone", digits) if digits else ""


def seal(text: str) -> str:
    nonce = os.urandom(NONCE_BYTES)
    box = _keys[KEY_ID].encrypt(nonce, text.encode(), KEY_ID.encode())
    return f"{KEY_ID}:{base64.b64encode(nonce + box).decode()}"


def unseal(sealed: str) -> str:
    key_id, _, body = sealed.partition(":")
    raw = base64.b64decode(body)
    return _keys[key_id].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], key_id.encode()).decode()


def masked(text: str, keep: int = 4) -> str:
    """What may be shown of a personal number: its end.

    >>> masked("6217001234567890"), masked("123")
    ('****7890', '****')
    """
    return f"****{text[-keep:]}" if len(text) > keep else "****"


class SealedText(TypeDecorator[str]):
    """A text column that is cipher text in the database and plain in Python."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  (the type's interface)
        return None if value is None else seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  (the type's interface)
        return None if value is None else unseal(value)
