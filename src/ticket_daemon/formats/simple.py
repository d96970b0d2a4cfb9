"""Plain text and pictures: what a program has when it has no receipt."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ticket_daemon.errors import DocumentError
from ticket_daemon.formats import Options, content
from ticket_daemon.formats.pages import generic_paper, picture
from ticket_daemon.poster.builder import Ticket as Builder
from ticket_daemon.poster.document import Source, Warned, decode
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render import Rendered, render_ticket

if TYPE_CHECKING:
    from ticket_daemon.settings.config import Settings

#: Characters of a plain text: some fifteen metres of paper.
MAX_CHARACTERS: Final = 200_000
_MODEL: Final = "Generic 80mm"


class SimpleTicket:
    """A body that is one thing, and a line that may stand over it."""

    model = ""
    warnings: tuple[Warned, ...] = ()

    def __init__(self, body: bytes, render: Callable[[bytes, Profile, Options], Rendered], heading: str = "") -> None:
        self.body = body
        self._render = render
        self._heading = heading

    def render(self, profile: Profile | None, options: Options) -> Rendered:
        made = self._render(self.body, generic_paper(profile), options)
        if self._heading:
            heading = Builder(_MODEL).text(f" {self._heading} ", align="center", bold=True, inverse=True, size="1x2")
            head = render_ticket(heading.document(), made.profile)
            return Rendered(head.data + made.data, made.profile, made.warnings)
        return made

    def headed(self, text: str) -> SimpleTicket:
        return SimpleTicket(self.body, self._render, text)


class SimpleReader:
    """Reads bodies of one kind; `check` raises DocumentError for what is none. `is_text`: a text is the body itself;
    elsewhere it is base64 of the body."""

    def __init__(
        self,
        render: Callable[[bytes, Profile, Options], Rendered],
        check: Callable[[bytes], object],
        stop: Callable[[], None] = lambda: None,
        *,
        is_text: bool = False,
    ) -> None:
        self._render = render
        self._check = check
        self._stop = stop
        self._is_text = is_text

    def read(self, body: Source) -> SimpleTicket:
        data = content(body, is_text=self._is_text)
        self._check(data)
        return SimpleTicket(data, self._render)

    def close(self) -> None:
        self._stop()


# --- plain text ---


def _text(body: bytes) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError("format.not_utf8", path="contenido", offset=error.start) from None
    if len(text) > MAX_CHARACTERS:
        raise DocumentError("format.too_long_text", path="contenido", got=len(text), limit=MAX_CHARACTERS)
    return text


def _render_text(body: bytes, profile: Profile, _: Options) -> Rendered:
    """Lines wrapped at the paper's columns; a form feed cuts."""
    sheets = [sheet.strip("\r\n") for sheet in _text(body).split("\f")]
    commands = []
    for sheet in (sheet for sheet in sheets if sheet):
        content = {"text": sheet, "align": "left"}
        commands += [{"type": "text", "data": {"content": content}}, {"type": "cut", "data": {}}]
    if not commands:
        raise DocumentError("format.no_bytes", path="contenido")
    document, _noticed = decode({"version": "1.0", "profile": {"model": _MODEL}, "commands": commands})
    return render_ticket(document, profile)


def text_reader(_: Settings) -> SimpleReader:
    return SimpleReader(_render_text, _text, is_text=True)


# --- pictures ---


def _render_picture(body: bytes, profile: Profile, _: Options) -> Rendered:
    return picture(body, profile)


def _check_picture(body: bytes) -> None:
    from ticket_daemon.poster.document.model import Fault
    from ticket_daemon.poster.raster.image import own_width

    try:
        own_width(body, "contenido")
    except Fault as fault:
        raise DocumentError(fault.key, path="contenido", category="IMAGE", **fault.parameters) from None


def picture_reader(_: Settings) -> SimpleReader:
    return SimpleReader(_render_picture, _check_picture)


# --- PDF ---


def pdf_reader(_: Settings) -> SimpleReader:
    from ticket_daemon.formats import pdf

    worker = pdf.Worker()
    return SimpleReader(functools.partial(pdf.render, worker), pdf.check, worker.close)


# --- HTML ---


def html_reader(settings: Settings) -> SimpleReader:
    from ticket_daemon.formats import html

    browser = html.Browser(settings.html)
    return SimpleReader(functools.partial(html.render, browser), html.check, browser.close, is_text=True)
