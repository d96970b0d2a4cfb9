"""What a printer is, by what its driver, model and port are called: patterns in data/patterns.toml.

It knows names; it does not know devices. It promises that a virtual printer is never taken for a real one by its
port, and that what nothing is known of stays "unknown".
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any, NamedTuple

from ticket_daemon.poster.profile.catalogue import recognise
from ticket_daemon.printers.discovery.found import Kind


class Judgement(NamedTuple):
    """What a printer is taken for."""

    kind: Kind
    profile: str  #: the likeliest profile's name, or ""

    @property
    def is_virtual(self) -> bool:
        return self.kind == "virtual"


def judge(*, name: str = "", driver: str = "", model: str = "", port: str = "") -> Judgement:
    """What a printer with these names is."""
    words = " ".join(filter(None, (model, driver, name)))
    if _matches("virtual", "names", words) or _matches("virtual", "ports", port):
        return Judgement("virtual", "")
    profile = recognise(words)
    if profile is not None or _matches("thermal", "names", words):
        return Judgement("thermal", profile.name if profile else "")
    return Judgement("network" if _matches("network", "ports", port) else "unknown", "")


def usb_maker(vendor: int) -> str:
    """Who makes receipt printers with that USB vendor id, or ""."""
    return str(_patterns()["usb_makers"].get(f"{vendor:04x}", ""))


@functools.cache
def _patterns() -> Mapping[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("data/patterns.toml").read_text("utf-8"))


@functools.cache
def _pattern(kind: str, what: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in _patterns()[kind][what]), re.IGNORECASE)


def _matches(kind: str, what: str, text: str) -> bool:
    return bool(text) and _pattern(kind, what).search(text) is not None
