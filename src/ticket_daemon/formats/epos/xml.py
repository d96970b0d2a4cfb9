"""ePOS-Print XML as elements, within bounds: no entities of its own, so deep, so many, and back to bytes."""

from __future__ import annotations

from typing import Any, Final, NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from ticket_daemon.errors import DocumentError

EPOS: Final = "http://www.epson-pos.com/schemas/2011/03/epos-print"
SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
#: Elements of one document; Epson's own printers take 5,000.
MAX_ELEMENTS: Final = 20_000
MAX_DEPTH: Final = 16
#: Characters of one element's name or attribute that an error repeats.
_SHOWN: Final = 80


class Element(NamedTuple):
    """One element. `name` is without its namespace; `text` is what stands in it and in no child of it."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: tuple[Element, ...] = ()
    namespace: str = EPOS

    def find(self, namespace: str, name: str) -> Element | None:
        """The first element of that name, this one or one below it."""
        if self.name == name and self.namespace == namespace:
            return self
        return next((found for child in self.children if (found := child.find(namespace, name))), None)


class _Open(NamedTuple):
    name: str
    attributes: dict[str, str]
    texts: list[str]
    children: list[Element]


class _Builder:
    """Builds the tree of what expat reads."""

    def __init__(self) -> None:
        self._open = [_Open("", {}, [], [])]
        self._count = 0

    @property
    def root(self) -> Element:
        return self._open[0].children[0]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise DocumentError("epos.too_many", limit=f"{MAX_ELEMENTS:,}")
        if len(self._open) > MAX_DEPTH:
            raise DocumentError("epos.too_deep", limit=MAX_DEPTH)
        self._open.append(_Open(name, attributes, [], []))

    def end(self, _: str) -> None:
        name, attributes, texts, children = self._open.pop()
        namespace, _, local = name.rpartition(" ")
        own = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        self._open[-1].children.append(Element(local, own, "".join(texts), tuple(children), namespace))

    def text(self, data: str) -> None:
        self._open[-1].texts.append(data)

    def doctype(self, *_: Any) -> None:
        raise DocumentError("epos.doctype")


def parse(body: bytes) -> Element:
    """The root element. Raises DocumentError for what is no XML, has a DOCTYPE (and so could have entities), or is
    more than the bounds allow."""
    parser = expat.ParserCreate(namespace_separator=" ")
    builder = _Builder()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.doctype
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last two: an encoding nobody knows
        raise DocumentError("epos.not_xml", detail=str(error)[:_SHOWN]) from None
    return builder.root


def to_bytes(element: Element) -> bytes:
    """An element of ePOS-Print as a document of its own."""
    return _written(element, f" xmlns={quoteattr(EPOS)}").encode()


def _written(element: Element, declared: str = "") -> str:
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in element.attributes.items())
    inside = escape(element.text, {"\r": "&#13;"}) + "".join(map(_written, element.children))
    return f"<{element.name}{declared}{attributes}>{inside}</{element.name}>"
