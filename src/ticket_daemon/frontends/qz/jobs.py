"""From the parameters of a `print` call to tickets; no sockets, no printers."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from ticket_daemon.frontends.qz.encodings import DEFAULT, convert, encode
from ticket_daemon.frontends.qz.messages import Refused

#: Elements of one call, and tickets that one call may be split into by `spool`.
MAX_ELEMENTS: Final = 10_000
MAX_TICKETS: Final = 100
#: Bytes of all elements together, decoded.
MAX_BYTES: Final = 10 << 20
#: The widest picture that is taken at its own width, dots (the widest profile).
_ALPHA_THRESHOLD: Final = 127


class _Printer(Struct):
    name: str | None = None
    host: str | None = None
    file: str | None = None


class _Element(Struct):
    type: str | None = None
    format: str | None = None
    flavor: str | None = None
    data: Any = None
    options: dict[str, Any] = {}


class _Print(Struct):
    printer: _Printer | str | None = None
    options: dict[str, Any] = {}
    data: list[_Element | str] = []


class Ticket(NamedTuple):
    """One ticket of a call: what the queue is to be offered."""

    printer: str
    format: str
    body: bytes
    copies: int
    name: str  #: the page's own word for the job, "" where it gave none


#: Makes the printer's bytes of a picture: (file, printer's name, threshold or None for dithering) -> bytes.
Draw = Callable[[bytes, str, int | None], bytes]


def tickets(params: bytes, draw: Draw) -> list[Ticket]:
    """The tickets of a `print` call. Raises Refused."""
    try:
        asked = msgspec.json.decode(params, type=_Print)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Refused("Invalid print parameters") from None
    printer = _printer_name(asked.printer)
    if not asked.data:
        raise Refused("Message is empty")
    if len(asked.data) > MAX_ELEMENTS:
        raise Refused(f"Too many data elements: {len(asked.data)} of at most {MAX_ELEMENTS}")
    elements = [_element(element) for element in asked.data]
    options = asked.options
    copies = options.get("copies")
    copies = copies if isinstance(copies, int) and copies > 0 else 1
    name = options.get("jobName")
    make = _pixels if elements[0].type == "pixel" else _raw
    made = make(elements, printer, options, draw)
    return [Ticket(printer, kind, body, copies, name if isinstance(name, str) else "") for kind, body in made]


def _printer_name(printer: _Printer | str | None) -> str:
    if isinstance(printer, str):
        printer = _Printer(name=printer)
    if printer is not None and printer.host is not None:
        raise Refused(f"Printing to host '{printer.host[:80]}' is not permitted")
    if printer is not None and printer.file is not None:
        raise Refused("Printing to file is not permitted")
    if printer is None or not printer.name:
        raise Refused("A printer must be specified before printing")
    return printer.name


def _element(element: _Element | str) -> _Element:
    """An element in the notation of 2.1: a string is raw text; a format that used to be the flavour is one."""
    if isinstance(element, str):
        return _Element("raw", "command", "plain", element)
    kind, form, flavor = ((word or "").casefold() for word in (element.type, element.format, element.flavor))
    if kind in ("html", "image", "pdf"):  # 2.0: the type is the format
        kind, form, flavor = "pixel", kind, flavor or form or "file"
    if form in ("base64", "hex", "plain", "file", "xml"):  # 2.0: the format is the flavour
        form, flavor = "command", flavor or form
    kind = kind or "raw"
    form = form or ("command" if kind == "raw" else "pdf")
    flavor = flavor or ("plain" if form == "command" else "file")
    return _Element(kind, form, flavor, element.data, element.options)


# --- raw ---


def _raw(elements: list[_Element], printer: str, options: Mapping[str, Any], draw: Draw) -> Iterable[tuple[str, bytes]]:
    encodings = _encodings(options.get("encoding"))
    parts, size = [], 0
    for element in elements:
        part = _raw_bytes(element, printer, encodings, draw)
        size += len(part)
        if size > MAX_BYTES:
            raise Refused(f"Message is too large: over {MAX_BYTES} bytes")
        parts.append(part)
    data = b"".join(parts)
    if not data:
        raise Refused("Message is empty")
    return [("printer", piece) for piece in _spooled(data, options, encodings[1])]


def _encodings(option: Any) -> tuple[str | None, str]:
    """(from, to) of the option: a name, or both."""
    if isinstance(option, Mapping):
        source, target = option.get("from"), option.get("to")
        return (source if isinstance(source, str) and source else None), str(target or DEFAULT)
    return None, option if isinstance(option, str) and option else DEFAULT


def _raw_bytes(element: _Element, printer: str, encodings: tuple[str | None, str], draw: Draw) -> bytes:
    if element.type != "raw":
        raise Refused("Raw and pixel data cannot be printed in one job")
    if element.format == "image":
        return draw(_file(element), printer, _threshold(element.options))
    if element.format in ("html", "pdf"):
        raise Refused(f"Raw {element.format} is not supported; print it as pixel data")
    if element.format != "command":
        raise Refused(f"Unsupported format: {str(element.format)[:80]}")
    source, target = encodings
    if element.flavor == "plain":
        return encode(_text(element.data), target)
    decoded = _decoded(element)
    return convert(decoded, source, target) if source else decoded


def _decoded(element: _Element) -> bytes:
    if element.flavor == "base64":
        return lenient_base64(_text(element.data))
    if element.flavor == "hex":
        return _hex(_text(element.data))
    if element.flavor == "xml":
        return _xml(_text(element.data), element.options.get("xmlTag"))
    raise Refused("Reading files and URLs is not permitted; send the data itself")


def _text(data: Any) -> str:
    if not isinstance(data, str):
        raise Refused("Print data must be text")
    return data


_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]")


def lenient_base64(text: str) -> bytes:
    """Base64 as QZ Tray reads it: what is not of its alphabet is passed over, padding may be missing."""
    if text[:5].casefold() == "data:":
        text = text.partition(",")[2]
    clean = _NOT_BASE64.sub("", text.translate(_URL_SAFE))
    if len(clean) % 4 == 1:  # no byte begins there
        clean = clean[:-1]
    return base64.b64decode(clean + "=" * (-len(clean) % 4))


_URL_SAFE: Final = {ord("-"): "+", ord("_"): "/"}
_HEX_NOISE: Final = re.compile(r"0x|\\x|x|[\s,;:]", re.IGNORECASE)


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(_HEX_NOISE.sub("", text))
    except ValueError:
        raise Refused("Invalid hexadecimal data") from None


def _xml(text: str, tag: Any) -> bytes:
    """Base64 inside the elements of one name, as label software writes it. Read as text: nothing is expanded."""
    if not isinstance(tag, str) or not re.fullmatch(r"[\w.:-]{1,80}", tag):
        raise Refused("An xmlTag is needed to print XML")
    found = re.findall(rf"<{re.escape(tag)}(?:\s[^<>]*)?>([^<]*)</{re.escape(tag)}\s*>", text)
    if not found:
        raise Refused(f'No element "{tag}" in the XML')
    return b"".join(lenient_base64(inner) for inner in found)


def _file(element: _Element) -> bytes:
    """A picture's file, which must be in the message itself."""
    if element.flavor != "base64":
        raise Refused("Reading files and URLs is not permitted; send the image as base64")
    try:
        data = lenient_base64(_text(element.data))
    except binascii.Error:
        data = b""
    if not data:
        raise Refused("The image is empty")
    return data


def _threshold(options: Mapping[str, Any]) -> int | None:
    """Where black begins (0 to 255); None to dither."""
    given = options.get("threshold")
    way = str(options.get("quantization") or "").casefold()
    if way == "dither":
        return None
    return given if isinstance(given, int) and 0 <= given <= 255 else _ALPHA_THRESHOLD


def _spooled(data: bytes, options: Mapping[str, Any], encoding: str) -> list[bytes]:
    """`data` cut behind every `size`-th occurrence of the marker `end`, as option `spool` asks."""
    spool = options.get("spool") if isinstance(options.get("spool"), Mapping) else {}
    assert isinstance(spool, Mapping)
    end = spool.get("end") or options.get("endOfDoc")
    if not isinstance(end, str) or not end:
        return [data]
    size = spool.get("size") or options.get("perSpool")
    size = size if isinstance(size, int) and size > 0 else 1
    marker = encode(end, encoding)
    pieces = [piece + marker for piece in data.split(marker)]
    pieces[-1] = pieces[-1][: -len(marker)]
    if not pieces[-1]:
        pieces.pop()
    jobs = [b"".join(pieces[at : at + size]) for at in range(0, len(pieces), size)]
    if len(jobs) > MAX_TICKETS:
        raise Refused(f"Too many spooled jobs: {len(jobs)} of at most {MAX_TICKETS}")
    return jobs


# --- pixel ---


def _pixels(
    elements: list[_Element], printer: str, options: Mapping[str, Any], draw: Draw
) -> Iterable[tuple[str, bytes]]:
    del printer, options, draw
    if len(elements) > MAX_TICKETS:
        raise Refused(f"Too many documents: {len(elements)} of at most {MAX_TICKETS}")
    for element in elements:
        if element.format == "image":
            yield "picture", _file(element)
        elif element.format == "pdf":
            yield "pdf", _file(element)
        elif element.format == "html" and element.flavor == "plain":
            yield "html", encode(_text(element.data), "utf-8")
        else:
            raise Refused("Reading files and URLs is not permitted; send the data itself")
