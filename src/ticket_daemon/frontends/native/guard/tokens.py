"""Tokens: who may print, told apart by name and known by hash only.

It knows SHA-256 digests; it does not know messages, headers or files. It promises that a comparison takes the same time
whatever is wrong with a token, and that none can be had back from what it keeps.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Final

#: Bytes of chance in a new token: as many as its digest has.
TOKEN_BYTES: Final = 32
#: What a new token begins with, so that a leaked one is found by whoever searches for it.
PREFIX: Final = "td_"
#: Characters of a new token at least: six bits each.
_LENGTH: Final = len(PREFIX) + TOKEN_BYTES * 8 // 6


def new_token() -> str:
    """A token nobody can guess."""
    return PREFIX + secrets.token_urlsafe(TOKEN_BYTES)


def is_long(token: str) -> bool:
    """Whether a token is one of `new_token`'s: nobody comes to it by guessing, however often he tries."""
    return token.startswith(PREFIX) and len(token) >= _LENGTH


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class Tokens:
    """The tokens that are valid now."""

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        self._known = tuple((name, sha256.lower()) for name, sha256 in named)

    def __bool__(self) -> bool:
        return bool(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def name_of(self, token_digest: str) -> str | None:
        """The name of the token with this digest; None when no token has it. All are compared, always."""
        found = None
        for name, known in self._known:
            if hmac.compare_digest(known, token_digest):
                found = name
        return found
