"""The printers known by name: reads the profiles' TOML files, finds by name, applies what a document asks for.

It knows the form of those files and how people write model names; it does not know destinations, links or what the
renderer does with a profile. It promises that nothing is read before the first question, that every profile it
gives is complete, and that a file with a fault is refused with the place of the fault.

A file has `vendor`, templates (`[template.x]`, not printers) and profiles (`[profile."TM-T20"]`). Either may extend
another by name, in the same file or, for a user's own file, any that is built in. `code_pages` is a map's name from
`data/code_page_maps.toml` or a table of its own. See docs/profiles.md.
"""

from __future__ import annotations

import functools
import re
import tomllib
import types
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any, Final

import msgspec

from ticket_daemon.errors import ProfileFileError
from ticket_daemon.poster.document.decode import Warned
from ticket_daemon.poster.document.model import MAX_NAME, ProfileRequest
from ticket_daemon.poster.profile.code_pages import canonical
from ticket_daemon.poster.profile.model import Profile, paper_dots

_FILES: Final = ("generic", "epson", "star", "bixolon", "citizen", "xprinter", "sunmi")
_MAX_REQUESTS: Final = 256  #: answers kept for documents that ask the same again
_DEFAULT_PAPER_MM: Final = 80
_MAX_DEPTH: Final = 16  #: of `extends`; only a circle is deeper
#: Letters and figures of a name that is looked for inside others; and the aliases that say nothing there.
_MIN_RECOGNISED: Final = 4
_VAGUE: Final = frozenset(("default", "generic"))

Tables = dict[str, dict[str, Any]]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The form of a profiles file."""

    vendor: str | None = None
    template: dict[str, dict[str, Any]] = {}
    profile: dict[str, dict[str, Any]] = {}


def find(name: str, extra: Mapping[str, Profile] | None = None) -> Profile | None:
    """The profile called `name`: as it stands, then ignoring case and punctuation, then by an alias.

    `extra` (from `load`) comes before what is built in.
    """
    if extra:
        found = extra.get(name) or _index(extra).get(_folded(name))
        if found is not None:
            return found
    return _built_in().get(name) or _built_in_index().get(_folded(name))


def recognise(text: str, extra: Mapping[str, Profile] | None = None) -> Profile | None:
    """The profile whose name or alias stands in `text` (what a driver or the printer calls itself): the longest one."""
    folded = _folded(text)
    known = {**_built_in_index(), **(_index(extra) if extra else {})}
    inside = [name for name in known if len(name) >= _MIN_RECOGNISED and name in folded and name not in _VAGUE]
    return known[max(inside, key=len)] if inside else None


def nearest(name: str, n: int = 3, extra: Mapping[str, Profile] | None = None) -> list[str]:
    """The `n` names most like `name`, the likest first; fewer when nothing else is alike."""
    import difflib  # ten milliseconds, for a rare question

    known = {_folded(known): known for known in names(extra)}
    alike = difflib.get_close_matches(_folded(name), known, n, cutoff=0.4)
    return [known[folded] for folded in alike]


def names(extra: Mapping[str, Profile] | None = None) -> tuple[str, ...]:
    """The names of all profiles, a user's own first."""
    return tuple(dict.fromkeys((*(extra or ()), *_built_in())))


def generic(paper_mm: int = _DEFAULT_PAPER_MM) -> Profile:
    """The profile for a printer of which only the paper is known: 58, 72, 80, 100, 112 or 120 mm."""
    return _built_in()[f"Generic {paper_mm}mm"]


def load(text: str) -> dict[str, Profile]:
    """The profiles of a user's own TOML text. Raises ProfileFileError, which names the profile and the field."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ProfileFileError("profile.file", detail=str(fault)) from None
    return _profiles(tables, _sources())


# --- what a document asks for ---


def requested(request: ProfileRequest, base: Profile | None = None) -> tuple[Profile, tuple[Warned, ...]]:
    """The profile to render for, and what to warn of.

    `base` is the destination's; without it the model's name decides, and a name that nobody knows means the generic
    profile for the request's paper. Fields of the request go over it: `paper_width` changes the dots only where it is
    another width than the profile's, `width` sets the dots, `code_table` becomes the preferred page if the printer
    has it.
    """
    # A Profile holds a dict and has no hash. Destinations' profiles live as long as the configuration, and the
    # cache keeps a reference, so that an identity in it is never reused while it is there.
    return _requested(request, _ByIdentity(base) if base is not None else None)


class _ByIdentity:
    """A profile as a cache key: equal to itself only."""

    __slots__ = ("profile",)

    def __init__(self, profile: Profile) -> None:
        self.profile = profile

    def __hash__(self) -> int:
        return id(self.profile)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.profile is self.profile


@functools.lru_cache(maxsize=_MAX_REQUESTS)
def _requested(request: ProfileRequest, base: _ByIdentity | None) -> tuple[Profile, tuple[Warned, ...]]:
    warnings: list[Warned] = []
    profile = base.profile if base is not None else find(request.model)
    if profile is None:
        profile = generic(request.paper_width or _DEFAULT_PAPER_MM)
        parameters = {"name": request.model, "used": profile.name}
        warnings.append(Warned("profile.unknown_generic", "profile.model", parameters))
    changes: dict[str, Any] = dict(_paper(request, profile))
    if request.has_qr is not None:
        changes["qr"] = request.has_qr
    if request.code_table is not None:
        pages = _preferring(request.code_table, profile)
        if pages is None:
            parameters = {"code_table": request.code_table, "name": profile.name}
            warnings.append(Warned("profile.no_code_table", "profile.code_table", parameters))
        else:
            changes["code_pages"] = pages
    return (msgspec.structs.replace(profile, **changes) if changes else profile), tuple(warnings)


def _paper(request: ProfileRequest, profile: Profile) -> Mapping[str, int]:
    """Width of the paper in mm, dpi and dots, as far as the request changes them."""
    paper_mm = request.paper_width or profile.paper_mm
    # A head of pins has the dots it has; clients send 203 without a thought of it.
    dpi = profile.dpi if profile.impact else request.dpi or profile.dpi
    changes = {}
    if paper_mm != profile.paper_mm:
        changes = {"paper_mm": paper_mm, "dots": paper_dots(paper_mm, dpi)}
    if dpi != profile.dpi:
        dots = paper_dots(paper_mm, dpi) if paper_mm != profile.paper_mm else profile.dots * dpi // profile.dpi // 8 * 8
        changes |= {"dpi": dpi, "dots": dots}
    if request.width is not None:
        changes["dots"] = request.width // 8 * 8
    return changes


def _preferring(code_table: str, profile: Profile) -> dict[str, int] | None:
    """The profile's pages with `code_table` first, or None where it does not have it."""
    try:
        name = canonical(code_table)
    except KeyError:
        return None
    if name not in profile.code_pages:
        return None
    return {name: profile.code_pages[name]} | profile.code_pages


# --- reading the files ---


def _read(name: str) -> Tables:
    return tomllib.loads(resources.files(__package__).joinpath(f"data/{name}.toml").read_text("utf-8"))


@functools.cache
def _sources() -> Tables:
    """All built-in templates and profiles, as written, by name."""
    sources: Tables = {}
    for name in _FILES:
        sources |= _entries(_read(name))
    return sources


@functools.cache
def _built_in() -> Mapping[str, Profile]:
    sources = _sources()
    found = {name: _profile(name, sources) for name, table in sources.items() if table["printer"]}
    return types.MappingProxyType(found)


@functools.cache
def _maps() -> Tables:
    return _read("code_page_maps")


def _profiles(tables: Mapping[str, Any], known: Tables) -> dict[str, Profile]:
    entries = _entries(tables)
    sources = known | entries
    for name, table in entries.items():
        if table.get("extends") == name and name in known:  # the built-in one of that name, changed
            sources[f"built-in {name}"] = known[name]
            table["extends"] = f"built-in {name}"
    return {name: _profile(name, sources) for name, table in entries.items() if table["printer"]}


def _entries(tables: Mapping[str, Any]) -> Tables:
    """Templates and profiles of one file by name, each with its vendor and whether it is a printer."""
    try:
        file = msgspec.convert(tables, _File)
    except msgspec.ValidationError as fault:
        raise ProfileFileError("profile.file", detail=str(fault)) from None
    vendor = {} if file.vendor is None else {"vendor": file.vendor}
    entries: Tables = {name: vendor | table | {"printer": False} for name, table in file.template.items()}
    return entries | {name: vendor | table | {"printer": True} for name, table in file.profile.items()}


#: What a profile does not take from the one it extends.
_OWN: Final = ("aliases", "printer", "extends")


def _profile(name: str, sources: Tables) -> Profile:
    fields = _inherited(name, sources, ())
    fields["name"] = name
    fields["code_pages"] = _code_pages(name, fields.get("code_pages", "legacy"))
    fields = {key: value for key, value in fields.items() if key not in ("printer", "extends")}
    try:
        return msgspec.convert(fields, Profile)
    except msgspec.ValidationError as fault:
        raise ProfileFileError("profile.fault", name=name, detail=str(fault)) from None


def _inherited(name: str, sources: Tables, path: Sequence[str]) -> dict[str, Any]:
    if name not in sources:
        raise ProfileFileError("profile.extends_nothing", name=path[-1] if path else name, extends=name)
    if len(path) > _MAX_DEPTH:
        raise ProfileFileError("profile.extends_itself", name=name)
    own = sources[name]
    if "extends" not in own:
        return dict(own)
    inherited = _inherited(own["extends"], sources, (*path, name))
    return {key: value for key, value in inherited.items() if key not in _OWN} | own


def _code_pages(name: str, pages: object) -> dict[str, int]:
    """A map's name or a table, as page -> ESC t number under the names that `code_page` knows."""
    if isinstance(pages, str):
        if pages not in _maps():
            raise ProfileFileError("profile.no_map", name=name, map=pages, maps=", ".join(_maps()))
        return _maps()[pages]
    try:
        table = msgspec.convert(pages, dict[str, int])
        return {canonical(page): number for page, number in table.items()}
    except msgspec.ValidationError as fault:
        raise ProfileFileError("profile.fault", name=f"{name}.code_pages", detail=str(fault)) from None
    except KeyError as unknown:
        raise ProfileFileError("profile.no_page", name=name, page=unknown.args[0]) from None


# --- names ---


def _folded(name: str) -> str:
    """A name without case and punctuation; short ones, which come again, are kept."""
    return _folding(name) if len(name) > MAX_NAME else _kept_folding(name)


@functools.lru_cache(maxsize=1024)
def _kept_folding(name: str) -> str:
    return _folding(name)


def _folding(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())


@functools.cache
def _built_in_index() -> Mapping[str, Profile]:
    return types.MappingProxyType(_index(_built_in()))


def _index(profiles: Mapping[str, Profile]) -> dict[str, Profile]:
    """Profiles by folded name, "vendor name" and alias; a name goes before another's alias."""
    index: dict[str, Profile] = {}
    for profile in profiles.values():
        index.setdefault(_folded(profile.name), profile)
    for profile in profiles.values():
        for word in (f"{profile.vendor} {profile.name}", *profile.aliases):
            index.setdefault(_folded(word), profile)
    return index
