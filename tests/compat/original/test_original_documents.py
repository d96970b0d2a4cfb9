"""Documents as clients of the original daemon send them print here unchanged: lines, places, sizes and symbols.

Each row names what the original takes; compared is what is on the paper, not the bytes.
"""

from __future__ import annotations

import base64
import io
import json
from typing import Any, NamedTuple

import pytest
import zxingcpp
from PIL import Image

from ticket_daemon.errors import DocumentError
from ticket_daemon.poster.document import decode
from ticket_daemon.poster.emulator import draw
from ticket_daemon.poster.emulator.events import Beep, Cut, DrawerKick, SymbolPrinted
from ticket_daemon.poster.emulator.items import Text
from ticket_daemon.poster.emulator.paper import Paper
from ticket_daemon.poster.render import render_ticket

COLUMN = 12  # dots of font A
MODEL = "Generic 80mm"  # 48 columns


class Seen(NamedTuple):
    """A line of text: its words, where it begins in columns, how large and bold its first letters are."""

    text: str
    column: float
    size: tuple[int, int]
    bold: bool


class Printed(NamedTuple):
    lines: list[Seen]
    paper: Paper
    warnings: list[str]
    read: list[tuple[str, str]]  #: (kind, text) of every symbol that a reader finds


def printed(*commands: dict[str, Any], model: str = MODEL, **fields: Any) -> Printed:
    wire = {"version": "1.0", "profile": {"model": model}, "commands": list(commands)} | fields
    made = render_ticket(json.dumps(wire))
    paper = draw(made.data, made.profile)
    rows: dict[int, list[Text]] = {}
    for piece in paper.pieces:
        for item in piece.items:
            if isinstance(item, Text):
                rows.setdefault(item.y + item.height, []).append(item)
    lines = []
    for _, items in sorted(rows.items()):
        items.sort(key=lambda item: item.x)
        text = "".join(item.text for item in items)
        first = next((item for item in items if item.text.strip()), items[0])
        blanks = len(text) - len(text.lstrip())
        look = first.look
        at = items[0].x / COLUMN + blanks
        lines.append(Seen(text.strip(), at, (look.scale_x, look.scale_y), look.bold))
    picture = Image.open(io.BytesIO(paper.png())).convert("L")
    read = [(str(code.format), code.text) for code in zxingcpp.read_barcodes(picture)]
    return Printed(lines, paper, [warning.key for warning in made.warnings], read)


def command(kind: str, /, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data}


def words(result: Printed) -> list[str]:
    return [line.text for line in result.lines]


# --- null, words, versions ---

FULL: list[dict[str, Any]] = [
    command(
        "text",
        content={"text": "a", "align": None, "content_style": {"bold": None, "size": None, "font": None}},
        label={"text": "l", "label_style": None, "separator": None, "align": None},
        new_line=None,
    ),
    command("separator", char=None, length=None),
    command("feed", lines=1),
    command("cut", mode=None, feed=None),
    command("pulse", pin=None, on_time=None, off_time=None),
    command("beep", times=None, lapse=None),
    command("qr", data="x", human_text=None, pixel_width=None, correction=None, align=None, logo=None,
            circle_shape=None),
    command("barcode", symbology="code128", data="A1", width=None, height=None, hri_position=None, hri_font=None,
            align=None),
    command("table", definition={"paper_width": None, "columns": [{"name": "a", "width": 5, "align": None}]},
            show_headers=None, rows=[["x"]],
            options={"header_bold": None, "word_wrap": None, "column_spacing": None, "align": None, "font": None,
                     "auto_reduce": None}),
    command("raw", hex="0A", format=None, comment=None, safe_mode=None),
]  # fmt: skip


def without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_null(item) for key, item in value.items() if item is not None}
    return [without_null(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("wire", FULL, ids=lambda wire: wire["type"])
def test_null_is_a_field_that_is_not_there(wire: dict[str, Any]) -> None:
    profile = {"model": MODEL, "paper_width": None, "code_table": None, "dpi": None, "has_qr": None}
    nulls = {"version": "1.0", "profile": profile, "commands": [wire], "debug_log": None}
    assert decode(json.dumps(nulls)) == decode(without_null(nulls))
    assert decode(nulls)[1] == ()


CHOICES = [
    ("text", {"content": {"text": "a"}}, "content.align", "left right center"),
    ("text", {"content": {"text": "a"}}, "content.content_style.font", "A B"),
    ("text", {"content": {"text": "a"}}, "content.content_style.underline", "0pt 1pt 2pt"),
    ("cut", {}, "mode", "full partial"),
    ("qr", {"data": "x"}, "correction", "L M Q H"),
    ("qr", {"data": "x"}, "align", "left right center"),
    ("barcode", {"symbology": "itf", "data": "12"}, "hri_position", "none above below both"),
    ("barcode", {"symbology": "itf", "data": "12"}, "hri_font", "A B"),
    ("image", {"code": "x"}, "dithering", "atkinson threshold floyd-steinberg"),
    ("image", {"code": "x"}, "scaling", "bilinear nns"),
    ("raw", {"hex": "0a"}, "format", "hex"),
    ("table", {"definition": {"columns": [{"name": "a", "width": 5}]}}, "options.align", "left right center"),
    ("table", {"definition": {"columns": [{"name": "a", "width": 5}]}}, "options.font", "A B"),
]


def with_field(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(data))
    *outer, last = path.split(".")
    place = made
    for key in outer:
        place = place.setdefault(key, {})
    place[last] = value
    return made


@pytest.mark.parametrize(("kind", "data", "path", "choice"), CHOICES, ids=lambda value: str(value)[:30])
def test_words_of_a_choice_are_taken_in_any_case_and_nothing_is_the_default(
    kind: str, data: dict[str, Any], path: str, choice: str
) -> None:
    def meaning(value: Any) -> Any:
        return decode({"version": "1.0", "profile": {"model": "x"},
                       "commands": [command(kind, **with_field(data, path, value))]})  # fmt: skip

    for word in choice.split():
        for spelling in (word.upper(), word.title(), word.swapcase()):
            assert meaning(spelling) == meaning(word)
    assert meaning("") == meaning(None)


def test_floyd_steinberg_may_have_its_underscore() -> None:
    wire = {"version": "1.0", "profile": {"model": "x"}, "commands": [command("image", code="x")]}
    wire["commands"][0]["data"]["dithering"] = "floyd_steinberg"  # type: ignore[index]
    assert decode(wire)[0].commands[0].data.dithering == "floyd-steinberg"  # type: ignore[union-attr]


@pytest.mark.parametrize("version", ["2.0", "3.14", "0.1"])
def test_any_version_prints_and_an_unknown_major_is_told(version: str) -> None:
    result = printed(command("text", content={"text": "hola"}), version=version)
    assert words(result) == ["hola"]
    assert result.warnings == ["document.version_major"]


# --- text ---


@pytest.mark.parametrize("label", [{}, {"text": ""}, {"text": None}, {"separator": ": "}])
def test_a_label_without_text_is_no_label(label: dict[str, Any]) -> None:
    assert words(printed(command("text", content={"text": "hola"}, label=label))) == ["hola"]


@pytest.mark.parametrize("content", [{}, {"text": None}, {"text": ""}, None, "absent"])
def test_a_label_without_content_stands_alone(content: Any) -> None:
    data: dict[str, Any] = {"label": {"text": "TOTAL"}}
    if content != "absent":
        data["content"] = content
    assert words(printed(command("text", **data), command("text", content="b"))) == ["TOTAL:", "b"]


def test_label_and_content_aligned_differently_are_two_lines_each_at_its_own() -> None:
    result = printed(
        command("text", label={"text": "CLIENTE", "align": "center"}, content={"text": "Ana", "align": "right"})
    )
    assert [(line.text, line.column) for line in result.lines] == [("CLIENTE:", (48 - 9) / 2), ("Ana", 45)]


def test_label_and_content_aligned_alike_are_one_line() -> None:
    result = printed(
        command("text", label={"text": "Mesa", "align": "center"}, content={"text": "7", "align": "center"})
    )
    assert words(result) == ["Mesa: 7"]


def test_the_old_forms_style_beside_a_content_of_words_is_taken() -> None:
    result = printed(command("text", content="GRACIAS", content_style={"bold": True, "size": "2x2", "align": "center"}))
    (line,) = result.lines
    assert (line.text, line.size, line.bold) == ("GRACIAS", (2, 2), True)
    assert line.column == (48 - 14) / 2
    assert result.warnings == []


# --- separator, feed, table ---


def test_a_separator_shorter_than_the_paper_stands_in_the_middle() -> None:
    result = printed(command("separator", length=20), command("separator", length=20, align="right"),
                     command("separator"))  # fmt: skip
    assert [(len(line.text), line.column) for line in result.lines] == [(20, 14), (20, 28), (48, 0)]


def test_length_nought_is_the_papers_width() -> None:
    assert words(printed(command("separator", length=0))) == ["-" * 48]


def test_feed_nought_feeds_nothing_and_says_so() -> None:
    result = printed(command("text", content="a"), command("feed", lines=0), command("text", content="b"))
    assert words(result) == ["a", "b"]
    assert result.warnings == ["warning.feed_nothing"]
    assert result.paper.height == printed(command("text", content="a"), command("text", content="b")).paper.height


TABLE = {"definition": {"columns": [{"name": "Art", "width": 10, "align": "left"}, {"name": "$", "width": 9}]}}


def test_a_table_stands_in_the_middle() -> None:
    result = printed(command("table", **TABLE, rows=[["Pan", "1.20"]]))
    assert [(line.text.split()[0], line.column) for line in result.lines] == [("Art", 14), ("Pan", 14)]
    assert printed(command("table", **TABLE, rows=[["Pan", "1"]], options={"align": "left"})).lines[0].column == 0


def test_columns_need_no_name_where_no_headers_are_printed() -> None:
    columns = [{"width": 10, "align": "left"}, {"width": 9}]
    result = printed(command("table", definition={"columns": columns}, show_headers=False, rows=[["Pan", "1.20"]]))
    assert [line.text.split() for line in result.lines] == [["Pan", "1.20"]]
    with pytest.raises(DocumentError) as refused:
        printed(command("table", definition={"columns": columns}, rows=[]))
    assert refused.value.path == "commands[0].data.definition.columns[0].name"


# --- symbols and pictures ---


@pytest.mark.parametrize(
    ("name", "data", "kind"), [("jan13", "4901234567894", "EAN-13"), ("JAN8", "49968507", "EAN-8")]
)
def test_jan_is_ean(name: str, data: str, kind: str) -> None:
    assert printed(command("barcode", symbology=name, data=data)).read == [(kind, data)]


@pytest.mark.parametrize(
    ("kind", "data", "path"),
    [
        ("barcode", {"symbology": "itf", "data": "1234", "width": 1}, "width"),
        ("barcode", {"symbology": "itf", "data": "1234", "width": 40}, "width"),
        ("barcode", {"symbology": "itf", "data": "1234", "height": 0}, "height"),
        ("barcode", {"symbology": "itf", "data": "1234", "height": 999}, "height"),
        ("qr", {"data": "hola", "pixel_width": 20}, "pixel_width"),
        ("pulse", {"on_time": 900}, "on_time"),
        ("pulse", {"off_time": 1}, "off_time"),
        ("beep", {"times": 40}, "times"),
        ("beep", {"lapse": 99}, "lapse"),
    ],
)
def test_what_is_out_of_range_is_brought_into_it_with_a_warning(kind: str, data: dict[str, Any], path: str) -> None:
    made = render_ticket({"version": "1.0", "profile": {"model": MODEL}, "commands": [command(kind, **data)]})
    (warning,) = made.warnings
    assert (warning.key, warning.path) == ("document.clamped", f"commands[0].data.{path}")


def test_a_pulse_of_nought_is_the_usual_one() -> None:
    (kick,) = printed(command("pulse", on_time=0, off_time=0)).paper.events
    assert kick == DrawerKick(0, 50, 100)


def test_a_barcode_wider_than_the_paper_gets_narrower_bars() -> None:
    result = printed(command("barcode", symbology="code128", data="FAC-2026-00417", width=6), model="Generic 58mm")
    assert result.read == [("Code 128", "FAC-2026-00417")]
    assert result.warnings == ["warning.narrower_barcode"]


def test_a_barcode_that_does_not_fit_with_the_narrowest_bars_is_refused() -> None:
    with pytest.raises(DocumentError) as refused:
        printed(command("barcode", symbology="code128", data="x" * 40), model="Generic 58mm")
    assert (refused.value.key, refused.value.category) == ("barcode.too_wide", "BARCODE")


@pytest.mark.parametrize("has_qr", [None, True, False])
@pytest.mark.parametrize("asked", [100, 150, 200, 256, 300, 400])
def test_a_qr_is_as_near_to_its_pixel_width_as_whole_modules_come(asked: int, has_qr: bool | None) -> None:
    text = "https://example.com/t/001"
    profile = {"model": MODEL} | ({} if has_qr is None else {"has_qr": has_qr})
    result = printed(command("qr", data=text, pixel_width=asked), profile=profile)
    assert result.read == [("QR Code", text)]
    ink = dark_width(result.paper)
    modules = 25  # version 2
    assert ink % modules == 0
    assert abs(ink - asked) <= modules / 2


def dark_width(paper: Paper) -> int:
    picture = Image.open(io.BytesIO(paper.png())).convert("L").point(lambda value: 255 * (value < 128))
    box = picture.getbbox()
    assert box is not None
    return box[2] - box[0]


@pytest.mark.parametrize("logo", ["", "%%%", "aGVsbG8=", base64.b64encode(b"\x89PNG\r\n\x1a\nbroken").decode()])
def test_a_logo_that_is_no_picture_is_left_out(logo: str) -> None:
    result = printed(command("qr", data="https://example.com", logo=logo))
    assert result.read == [("QR Code", "https://example.com")]
    assert result.warnings == ["warning.no_logo"]


def test_nought_is_the_default_of_sizes() -> None:
    png = io.BytesIO()
    Image.new("L", (40, 10), 0).save(png, "PNG")
    code = base64.b64encode(png.getvalue()).decode()
    profile = {"model": MODEL, "paper_width": 0, "dpi": 0}
    for kind, data in (("image", {"code": code}), ("qr", {"data": "x"}), ("aztec", {"data": "x"})):
        nought = printed(command(kind, **data, pixel_width=0), profile=profile)
        assert nought.paper.png() == printed(command(kind, **data)).paper.png()
        assert nought.warnings == []


def test_the_pt_210_beeps() -> None:
    result = printed(command("beep", times=2), model="58mm PT-210")
    assert [event.times for event in result.paper.events if isinstance(event, Beep)] == [2]
    assert result.warnings == []


# --- ours on purpose ---


def test_a_wrong_check_digit_is_refused() -> None:
    with pytest.raises(DocumentError) as refused:
        printed(command("barcode", symbology="ean13", data="4901234567890"))
    assert refused.value.key == "barcode.check_digit"


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(DocumentError) as refused:
        printed(command("beeep"))
    assert refused.value.key == "document.unknown_command"


def test_cut_feed_nought_feeds_nothing() -> None:
    def cut_at(feed: int) -> int:
        result = printed(command("text", content="a"), command("cut", feed=feed))
        return next(event.y for event in result.paper.events if isinstance(event, Cut))

    assert cut_at(0) < cut_at(1)


def test_styles_are_set_again_after_raw() -> None:
    result = printed(
        command("text", content="a", style={"bold": True}), command("raw", hex="1B2100"),
        command("text", content="b", style={"bold": True}),
    )  # fmt: skip
    assert [(line.text, line.bold) for line in result.lines] == [("a", True), ("b", True)]


# --- a whole ticket ---


def test_a_whole_ticket_of_the_originals_kind() -> None:
    result = printed(
        command("text", content={"text": "TIENDA", "align": "CENTER", "content_style": {"size": "2X2", "bold": True}}),
        command("text", content={"text": "A-17", "align": None}, label={"text": "Folio", "separator": None}),
        command("separator", char="=", length=0),
        command("table", definition={"paper_width": 0, "columns": [
            {"name": "Cant", "width": 6, "align": "RIGHT"}, {"name": "Producto", "width": 25, "align": "Left"},
            {"name": "Total", "width": 12, "align": "right"}]},
            rows=[["2", "Café", "70.00"], ["1", "Concha", "18.50"]], options=None),
        command("barcode", symbology="CODE128", data="A-17", width=0, hri_position="Below"),
        command("qr", data="https://example.com/A-17", correction="h", pixel_width=256, logo=None),
        command("cut", mode="PARTIAL", feed=None),
    )  # fmt: skip
    assert words(result)[:3] == ["TIENDA", "Folio: A-17", "=" * 48]
    assert [line.split() for line in words(result)[3:6]] == [
        ["Cant", "Producto", "Total"], ["2", "Café", "70.00"], ["1", "Concha", "18.50"],
    ]  # fmt: skip
    assert sorted(result.read) == [("Code 128", "A-17"), ("QR Code", "https://example.com/A-17")]
    assert [event.mode for event in result.paper.events if isinstance(event, Cut)] == ["partial"]
    assert {event.kind for event in result.paper.events if isinstance(event, SymbolPrinted)} >= {"code128"}
    assert result.warnings == ["document.clamped"]  # the bars' width 0
