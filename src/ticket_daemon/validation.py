"""From msgspec's message about a value of the wrong type to a text of the catalogue with a path."""

from __future__ import annotations

import functools
import re
import types
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

from ticket_daemon.messages import Phrase


class Explained(NamedTuple):
    """What is wrong, where (`commands[3].data.align`), and what fills the text."""

    key: str
    path: str
    parameters: Mapping[str, Any]


#: The path has no backquotes; what stands before it may be a client's own text and hold anything.
_PLACE: Final = re.compile(r"(.*) - at (`key` in )?`\$?\.?([^`]*)`", re.DOTALL)

_KEY_FAULT: Final = "Expected keys that are texts"

#: msgspec's sentences -> catalogue keys; the groups become the text's parameters. A sentence that matches none is
#: shown as it is (`document.invalid`); a test walks all kinds of faults so that none needs it.
_SENTENCES: Final = (
    (re.compile(_KEY_FAULT), "document.key_type"),
    (re.compile(r"Expected (?P<expected>.*), got `(?P<kind>.*)`"), "document.wrong_type"),
    (re.compile(r"Object missing required field `(?P<field>.*)`"), "document.missing_field"),
    (re.compile(r"Object contains unknown field `(?P<field>.*)`"), "document.not_a_field"),
    (re.compile(r"Expected (?P<expected>.*)"), "document.out_of_range"),
    (re.compile(r"Invalid enum value (?P<got>.*)", re.DOTALL), "document.bad_choice"),
)


def place(fault: msgspec.ValidationError) -> tuple[str, str]:
    """msgspec's sentence and the path it speaks of ("" for the whole)."""
    match = _PLACE.fullmatch(str(fault))
    if match is None:
        return str(fault), ""
    sentence, in_key, path = match.groups()
    return (_KEY_FAULT if in_key else sentence), path


def explain(fault: msgspec.ValidationError, root: type[msgspec.Struct], tag: Any = None) -> Explained:
    """What `fault`, raised while reading a `root`, means; `tag` names the member of the union its path goes through."""
    sentence, path = place(fault)
    for pattern, key in _SENTENCES:
        if found := pattern.fullmatch(sentence):
            parameters: dict[str, Any] = {name: value.replace("`", "") for name, value in found.groupdict().items()}
            if "kind" in parameters:
                parameters["got"] = _got(parameters.pop("kind"))
            if expected := describe(wanted_at(root, path, tag)):
                parameters["expected"] = expected
            if "field" in parameters:
                path = join(path, parameters["field"])
            return Explained(key, path, parameters)
    return Explained("document.invalid", path, {"detail": sentence})


def join(path: str, field: str) -> str:
    """Two parts of a path as one."""
    return f"{path}.{field}" if path and field else path or field


def wanted_at(root: type[msgspec.Struct], path: str, tag: Any = None) -> Any:
    """The type that `root` has at `path`, through the union's member with `tag` where there is one."""
    wanted: Any = root
    for word in re.findall(r"[^.\[\]]+", path):
        if word.isdigit():
            wanted = next((get_args(o)[0] for o in options_of(wanted) if get_origin(o) is tuple), None)
            continue
        struct = struct_for({"type": tag}, wanted)
        wanted = fields_of(struct).get(word) if struct else None
    return wanted


_KINDS: Final[Mapping[Any, str]] = {
    bool: "kind.bool", int: "kind.int", float: "kind.number", str: "kind.text", tuple: "kind.list",
}  # fmt: skip


#: msgspec's words for what came -> catalogue keys.
_CAME: Final[Mapping[str, str]] = {
    "str": "kind.text", "int": "kind.int", "float": "kind.fraction", "bool": "kind.bool", "null": "kind.nothing",
    "NoneType": "kind.nothing", "array": "kind.list", "list": "kind.list", "tuple": "kind.list",
    "object": "kind.object", "dict": "kind.object",
}  # fmt: skip


def _got(kind: str) -> Phrase | str:
    return Phrase(_CAME[kind]) if kind in _CAME else kind


def describe(wanted: Any) -> Phrase | str:
    """What would be right, in words; "" where the schema cannot tell."""
    if get_origin(wanted) is Annotated:
        kind, meta = get_args(wanted)
        if meta.ge is not None:
            return Phrase("kind.int_between", {"low": meta.ge, "high": meta.le})
        if meta.gt is not None:
            return Phrase("kind.number_between", {"low": meta.gt, "high": meta.le})
        if meta.max_length is not None:
            return Phrase("kind.text_between", {"low": meta.min_length or 0, "high": meta.max_length})
        return describe(kind)
    if get_origin(wanted) in (types.UnionType, Union):
        phrases = list(dict.fromkeys(describe(option) for option in get_args(wanted) if option is not types.NoneType))
        return functools.reduce(lambda a, b: Phrase("kind.or", {"first": a, "second": b}), phrases)
    if get_origin(wanted) is Literal:
        return Phrase("kind.choice", {"values": ", ".join(map(str, get_args(wanted)))})
    kind = get_origin(wanted) or wanted
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return Phrase("kind.object")
    return Phrase(_KINDS[kind]) if kind in _KINDS else ""


# --- fields that a type does not have ---


@functools.cache
def fields_of(struct: type[msgspec.Struct]) -> Mapping[str, Any]:
    """A struct's fields, each with its annotated type."""
    hints = get_type_hints(struct, include_extras=True)
    return {name: hints[name] for name in struct.__struct_fields__}


def without_unknown(value: Any, wanted: Any, path: str, unknown: list[tuple[str, str]]) -> Any:
    """`value` without the keys that `wanted` does not have; (path of their object, key) go to `unknown`."""
    if isinstance(value, Mapping):
        struct = struct_for(value, wanted)
        if struct is None:
            return value
        fields, kept = fields_of(struct), {}
        tag = struct.__struct_config__.tag_field
        for key, item in value.items():
            if key in fields:
                kept[key] = without_unknown(item, fields[key], join(path, key), unknown)
            elif key == tag:
                kept[key] = item
            else:
                unknown.append((path, str(key)))
        return kept
    if isinstance(value, list | tuple):
        for option in options_of(wanted):
            if get_origin(option) is tuple:
                inner = get_args(option)[0]
                return [without_unknown(v, inner, f"{path}[{i}]", unknown) for i, v in enumerate(value)]
    return value


def options_of(wanted: Any) -> tuple[Any, ...]:
    """The types that `wanted` is one of: a union's members, or itself."""
    if get_origin(wanted) is Annotated:
        return options_of(get_args(wanted)[0])
    # `A | B` and what get_type_hints makes of `Literal[…] | None` are two classes of the same thing.
    return get_args(wanted) if get_origin(wanted) in (types.UnionType, Union) else (wanted,)


def struct_for(value: Mapping[str, Any], wanted: Any) -> type[msgspec.Struct] | None:
    """The struct of `wanted` that `value` means to be, by its tag where there are several."""
    structs = [
        option for option in options_of(wanted) if isinstance(option, type) and issubclass(option, msgspec.Struct)
    ]
    if len(structs) > 1:
        return next((s for s in structs if s.__struct_config__.tag == value.get("type")), None)
    return structs[0] if structs else None
