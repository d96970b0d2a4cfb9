"""PDF: each page at the printer's resolution, drawn in a process of its own that can be ended."""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
from typing import Any, Final

from ticket_daemon.errors import DocumentError
from ticket_daemon.formats import Options
from ticket_daemon.formats.pages import check_height, rendered
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.raster.bitmap import Bitmap
from ticket_daemon.poster.render import Rendered

#: Pages of one ticket.
MAX_PAGES: Final = 50
#: Seconds for all pages of one PDF to be drawn.
TIMEOUT_S: Final = 20.0
#: Pixels that are drawn of one page before what is white around it is cut off.
MAX_PIXELS: Final = 24_000_000
_POINTS_PER_INCH: Final = 72
#: Grey from which a pixel counts as paper when margins are looked for.
_WHITE: Final = 250


def check(body: bytes) -> None:
    """Raises DocumentError for what is no PDF at all."""
    if b"%PDF-" not in body[:1024]:  # ISO 32000 lets a header stand within the first kilobyte
        raise DocumentError("format.no_pdf", path="contenido")


def render(worker: Worker, body: bytes, profile: Profile, _: Options) -> Rendered:
    """All pages, each cut off. Raises DocumentError."""
    answer = worker.ask((body, profile.dots, profile.dpi))
    if isinstance(answer, tuple):
        key, parameters = answer
        raise DocumentError(key, path="contenido", **parameters)
    pages = [Bitmap(*page) for page in answer]
    check_height(sum(page.height for page in pages), "contenido")
    return rendered(pages, profile)


class Worker:
    """The process that draws; it is started when it is needed, and ended when it takes too long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._line: Any = None  #: multiprocessing's connection, of another class on each system

    def ask(self, task: tuple[bytes, int, int]) -> Any:
        """The worker's answer. Blocks. Raises DocumentError when it takes too long or dies."""
        try:
            import pypdfium2  # noqa: F401 - whether it is there is told before a process is started
        except ImportError:
            raise DocumentError("format.needs_pdf", path="formato") from None
        with self._lock:
            line = self._started()
            try:
                line.send(task)
                if line.poll(TIMEOUT_S):
                    return line.recv()
            except (EOFError, OSError):
                self._end()
                raise DocumentError("format.no_pdf", path="contenido") from None
            self._end()
            raise DocumentError("format.too_slow", path="contenido", seconds=round(TIMEOUT_S))

    def _started(self) -> Any:
        if self._line is None or self._process is None or not self._process.is_alive():
            self._end()
            context = multiprocessing.get_context("spawn")
            self._line, theirs = context.Pipe()
            self._process = context.Process(target=serve, args=(theirs,), daemon=True, name="pdf")
            self._process.start()
            theirs.close()
        return self._line

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._line is not None:
            self._line.close()
        self._process = self._line = None

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()


def serve(line: Any) -> None:
    """Draw what is asked for, one PDF after the other, until the other side is gone."""
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            body, dots, dpi = line.recv()
            line.send(_drawn(body, dots, dpi))


def _drawn(body: bytes, dots: int, dpi: int) -> list[tuple[int, int, bytes]] | tuple[str, dict[str, Any]]:
    """Every page as (width, height, rows), or an error's key and parameters."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        return ("format.encrypted" if "password" in str(error).lower() else "format.no_pdf"), {}
    count = len(document)
    if count > MAX_PAGES:
        return "format.too_many_pages", {"got": count, "limit": MAX_PAGES}
    pages = []
    for index in range(count):
        page = document[index]
        width, height = page.get_size()  # points
        if not width or not height:
            continue
        scale = min(dpi / _POINTS_PER_INCH, dots / width)
        # A page wider than the paper has margins more often than not: it is drawn so that its content fills the paper.
        box = _content(page, min(1.0, (MAX_PIXELS / 16 / (width * height)) ** 0.5))
        if box is None:
            continue
        left, top, right, bottom = box
        scale = min(dpi / _POINTS_PER_INCH, dots / max(right - left, 1.0))
        if (right - left) * (bottom - top) * scale * scale > MAX_PIXELS:
            return "format.page_too_large", {"page": index + 1}
        crop = (left, height - bottom, width - right, top)
        grey = page.render(scale=scale, crop=crop, grayscale=True, may_draw_forms=False).to_pil()
        grey = grey.crop((0, 0, min(grey.width, dots), grey.height))
        pages.append(_bitmap(grey))
    return pages


def _content(page: Any, scale: float) -> tuple[float, float, float, float] | None:
    """Left, top, right, bottom of what is not white, in points from the top left; None for an empty page."""
    small = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil()
    box = small.point([255] * _WHITE + [0] * (256 - _WHITE)).getbbox()
    if box is None:
        return None
    left, top, right, bottom = (edge / scale for edge in box)
    return max(0.0, left - 1), max(0.0, top - 1), right + 1, bottom + 1


def _bitmap(grey: Any) -> tuple[int, int, bytes]:
    from ticket_daemon.formats.pages import black_and_white

    made = black_and_white(grey, _pictures(grey))
    return made.width, made.height, made.data


def _pictures(grey: Any) -> list[tuple[int, int, int, int]]:
    """The whole page where much of it is neither black nor white: then it is a photograph rather than letters."""
    histogram = grey.histogram()
    middle = sum(histogram[64:192])
    return [(0, 0, grey.width, grey.height)] if middle > grey.width * grey.height * _PHOTOGRAPH else []


#: Part of a page's pixels that are neither dark nor light from which it is taken for a picture.
_PHOTOGRAPH: Final = 0.2
