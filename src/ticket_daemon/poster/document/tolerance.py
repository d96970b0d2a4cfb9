"""What clients of the original daemon send and the types do not take, put as they take it.

`null` is an absent field; a word of a choice may be in any case, with `_` for `-`, and "" is the default; 0 is the
default and a number out of range the nearest in range where the model's types say so (`ZERO`, `CLAMPED`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, get_args, get_origin

from msgspec import Meta, Struct

from ticket_daemon.poster.document.model import CLAMPED, COMMAND_NAMES, ZERO, Text
from ticket_daemon.validation import fields_of, join, options_of, struct_for

_ABSENT: Final = object()


class Clamped(NamedTuple):
    """A number out of range, and the one that is used."""

    path: str
    got: int
    used: int


def tolerated(value: Any, wanted: Any, path: str, clamped: list[Clamped]) -> Any:
    """`value` as the type `wanted` takes it, as far as the above goes; numbers that were changed go to `clamped`."""
    if isinstance(value, Mapping):
        return _object(value, wanted, path, clamped)
    if isinstance(value, list | tuple):
        inner = next((get_args(option)[0] for option in options_of(wanted) if get_origin(option) is tuple), None)
        if not _has_fields(inner):  # cells
            return value
        return [tolerated(item, inner, f"{path}[{index}]", clamped) for index, item in enumerate(value)]
    return value


def _has_fields(wanted: Any) -> bool:
    return any(isinstance(option, type) and issubclass(option, Struct) for option in options_of(wanted))


def _object(value: Mapping[str, Any], wanted: Any, path: str, clamped: list[Clamped]) -> Mapping[str, Any]:
    tag = value.get("type")
    if isinstance(tag, str) and tag not in COMMAND_NAMES and tag.lower() in COMMAND_NAMES:
        value = {**value, "type": tag.lower()}
    struct = struct_for(value, wanted)
    if struct is None:
        return value
    fields = fields_of(struct)
    kept: dict[str, Any] = {}
    for key, item in value.items():
        if key not in fields:
            kept[key] = item
        elif item is not None:
            place = join(path, key)
            taken = _scalar(item, fields[key], place, clamped)
            if taken is not _ABSENT:
                kept[key] = tolerated(taken, fields[key], place, clamped)
    return _label_alone(kept) if struct is Text else kept


def _label_alone(text: dict[str, Any]) -> dict[str, Any]:
    """A label may stand without a content."""
    label = text.get("label")
    if not label or not isinstance(label, str | Mapping):
        return text
    content = text.get("content", {})
    if isinstance(content, Mapping) and "text" not in content:
        return {**text, "content": {**content, "text": ""}}
    return text


def _scalar(value: Any, wanted: Any, path: str, clamped: list[Clamped]) -> Any:
    if isinstance(value, str):
        words = _words(wanted)
        if not words or value in words.values():
            return value
        return words.get(_folded(value), value) if value else _ABSENT
    if isinstance(value, int) and not isinstance(value, bool):
        return _number(value, _meta(wanted), path, clamped)
    return value


def _number(value: int, meta: Meta | None, path: str, clamped: list[Clamped]) -> Any:
    rules = (meta.extra or {}) if meta is not None else {}
    may_clamp = CLAMPED.items() <= rules.items()
    if ZERO.items() <= rules.items() and (value == 0 or (value < 0 and may_clamp)):
        return _ABSENT
    if meta is None or not may_clamp:
        return value
    used = max(int(meta.ge or 0), min(value, int(meta.le or value)))
    if used != value:
        clamped.append(Clamped(path, value, used))
    return used


def _folded(word: str) -> str:
    return re.sub(r"[-_ ]", "", word.casefold())


@functools.lru_cache(maxsize=256)  # the model has fewer annotations
def _words(wanted: Any) -> Mapping[str, str]:
    """Folded word -> word of the choice that `wanted` is; nothing where it is none."""
    found: dict[str, str] = {}
    for option in options_of(wanted):
        if get_origin(option) is Annotated:
            option = get_args(option)[0]
        if get_origin(option) is Literal:
            found |= {_folded(word): word for word in get_args(option) if isinstance(word, str)}
    return found


@functools.lru_cache(maxsize=256)
def _meta(wanted: Any) -> Meta | None:
    return next(iter(_metas(wanted)), None)


def _metas(wanted: Any) -> Iterator[Meta]:
    if get_origin(wanted) is Annotated:
        yield from (meta for meta in get_args(wanted)[1:] if isinstance(meta, Meta))
        return
    for option in options_of(wanted):
        if option is not wanted:
            yield from _metas(option)
