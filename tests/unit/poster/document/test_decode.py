"""From what a client sent to a Document, line by line of document.md, and every kind of fault."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.errors import DocumentError
from ticket_daemon.poster.document import decode, encode
from ticket_daemon.poster.document import model as m
from ticket_daemon.poster.document.decode import MAX_WARNINGS

PROFILE = {"model": "80mm EC-PM-80250"}


def command(kind: str, /, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data}


def document(*commands: Any, **fields: Any) -> dict[str, Any]:
    return {"version": "1.0", "profile": PROFILE, "commands": list(commands), **fields}


def text(**data: Any) -> dict[str, Any]:
    return command("text", **data)


def decoded(*commands: Any, **fields: Any) -> m.Document:
    """The document read as JSON; read as values and read again it must be the same, and nothing is warned of."""
    wire = document(*commands, **fields)
    found, warnings = decode(json.dumps(wire))
    assert warnings == ()
    assert decode(wire) == (found, ())
    assert decode(encode(found)) == (found, ())
    return found


def data_of(wire: dict[str, Any]) -> Any:
    return decoded(wire).commands[0].data


def outcome(source: Any) -> tuple[m.Document | None, DocumentError | None]:
    try:
        return decode(source)[0], None
    except DocumentError as error:
        return None, error


def refused(source: Any) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        decode(source)
    error = caught.value
    assert error.code == "invalid_document"
    assert error.key != "document.invalid", error.text()
    for lang in ("es", "en"):
        sentence = error.text(lang)
        assert "{" not in sentence.replace("{…}", ""), sentence
        assert error.category
        assert sentence.startswith(f"{error.category}: ")
        if error.path:
            assert error.path in sentence
    assert error.text("es") != error.text("en")
    return error


# --- the document ---


def test_issue_example_is_read_with_its_style_and_alignment() -> None:
    found = decoded(
        text(content={"text": "TICKET DE PRUEBA", "align": "center", "content_style": {"bold": True, "size": "2x2"}}),
        command("cut", mode="partial"),
        profile={"model": "80mm EC-PM-80250", "paper_width": 80},
    )
    assert found.profile == m.ProfileRequest("80mm EC-PM-80250", 80)
    assert found.commands == (
        m.TextCommand(m.Text(m.Content("TICKET DE PRUEBA", m.Style(bold=True, size="2x2"), "center"))),
        m.CutCommand(m.Cut("partial", 2)),
    )


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.9", "1.10"])
def test_versions_of_major_one_are_accepted(version: str) -> None:
    assert decoded(command("beep"), version=version).version == version


@pytest.mark.parametrize(
    ("version", "key"),
    [
        ("1", "document.version_format"),
        ("1.0.0", "document.version_format"),
        ("", "document.version_format"),
        ("v1.0", "document.version_format"),
        ("1.0\n", "document.version_format"),
        (" 1.0", "document.version_format"),
        ("١.٠", "document.version_format"),
    ],
)
def test_other_versions_are_refused(version: str, key: str) -> None:
    error = refused(document(command("beep"), version=version))
    assert (error.key, error.path) == (key, "version")


@pytest.mark.parametrize("version", ["2.0", "0.9", "10.0"])
def test_a_major_version_that_is_not_known_is_told_and_read(version: str) -> None:
    for source in (wire := document(command("beep"), version=version), json.dumps(wire)):
        found, warnings = decode(source)
        assert found.version == version
        assert [(w.key, w.path) for w in warnings] == [("document.version_major", "version")]


def test_document_without_commands_is_refused() -> None:
    error = refused(document())
    assert (error.key, error.path, error.category) == ("document.no_commands", "commands", "VALIDATION")


@pytest.mark.parametrize("model", ["", "   ", "\t"])
def test_empty_model_is_refused(model: str) -> None:
    error = refused(document(command("beep"), profile={"model": model}))
    assert (error.key, error.path) == ("document.model_empty", "profile.model")


@pytest.mark.parametrize("paper", [58, 72, 80, 100, 112, 120])
def test_paper_widths(paper: int) -> None:
    assert decoded(command("beep"), profile={"model": "x", "paper_width": paper}).profile.paper_width == paper


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_resolutions(dpi: int) -> None:
    assert decoded(command("beep"), profile={"model": "x", "dpi": dpi}).profile.dpi == dpi


def test_profile_fields_and_their_short_form() -> None:
    long = decoded(command("beep"), profile={"model": "x", "code_table": "PC858", "has_qr": False})
    assert long.profile == m.ProfileRequest("x", code_table="PC858", has_qr=False)
    short = decoded(command("beep"), profile={"model": "x", "width": 384, "supports_qr": True})
    assert (short.profile.width, short.profile.has_qr, short.profile.supports_qr) == (384, True, None)


def test_debug_log_is_kept() -> None:
    assert decoded(command("beep"), debug_log=True).debug_log is True


# --- text ---


def test_text_defaults() -> None:
    data = data_of(text(content={"text": "a"}))
    assert data == m.Text(m.Content("a"))
    assert (data.content.align, data.content.content_style, data.label, data.new_line) == (None, m.PLAIN, None, True)


def test_style_defaults() -> None:
    assert m.Style(bold=False, size="1x1", underline="0pt", inverse=False, font="A", align=None) == m.PLAIN


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ({"bold": True}, m.Style(bold=True)),
        ({"size": "8x8"}, m.Style(size="8x8")),
        ({"size": "1X2"}, m.Style(size="1x2")),
        ({"size": "normal"}, m.PLAIN),
        ({"size": "large"}, m.Style(size="2x2")),
        ({"underline": "0pt"}, m.PLAIN),
        ({"underline": "1pt"}, m.Style(underline="1pt")),
        ({"underline": "2pt"}, m.Style(underline="2pt")),
        ({"underline": True}, m.Style(underline="1pt")),
        ({"underline": False}, m.PLAIN),
        ({"inverse": True}, m.Style(inverse=True)),
        ({"font": "B"}, m.Style(font="B")),
        ({"font": "b"}, m.Style(font="B")),
    ],
)
def test_style_fields_in_every_place_a_style_stands(style: dict[str, Any], expected: m.Style) -> None:
    assert data_of(text(content={"text": "a", "content_style": style})).content.content_style == expected
    assert data_of(text(content="a", style=style)).content.content_style == expected
    assert data_of(text(content="a", label={"text": "l", "label_style": style})).label.label_style == expected
    assert data_of(text(content="a", label="l", label_style=style)).label.label_style == expected
    assert data_of(command("columns", cells=[{"text": "a", "style": style}])).cells[0].style == expected


@pytest.mark.parametrize("size", [f"{w}x{h}" for w in range(1, 9) for h in range(1, 9)])
def test_all_sizes(size: str) -> None:
    assert data_of(text(content="a", style={"size": size})).content.content_style.size == size


@pytest.mark.parametrize("size", ["0x1", "9x9", "2", "2x", "x2", "2x2x2", "two", " 2x2"])
def test_other_sizes_are_refused(size: str) -> None:
    error = refused(document(text(content={"text": "a", "content_style": {"size": size}})))
    assert (error.key, error.path) == ("style.size", "commands[0].data.content.content_style.size")
    assert "2x2" in error.text("es")


@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_align_is_accepted_in_the_content_and_in_its_style(align: str) -> None:
    outside = data_of(text(content={"text": "a", "align": align}))
    inside = data_of(text(content={"text": "a", "content_style": {"align": align}}))
    short = data_of(text(content="a", align=align))
    short_style = data_of(text(content="a", style={"align": align}))
    assert outside == inside == short == short_style
    assert outside.content.align == align


def test_align_of_the_content_goes_before_that_in_its_style() -> None:
    data = data_of(text(content={"text": "a", "align": "right", "content_style": {"align": "center", "bold": True}}))
    assert data.content == m.Content("a", m.Style(bold=True), "right")


def test_label_and_its_defaults() -> None:
    data = data_of(text(content="a", label={"text": "Total"}))
    assert data.label == m.Label("Total", m.PLAIN, ": ", None)
    whole = {"text": "T", "label_style": {"bold": True, "align": "center"}, "separator": " = "}
    assert data_of(text(content="a", label=whole)).label == m.Label("T", m.Style(bold=True), " = ", "center")


def test_short_form_of_text() -> None:
    short = text(content="a", style={"bold": True, "size": "normal"}, label="l", label_style={"bold": True})
    short["data"]["newline"] = False
    long = text(
        content={"text": "a", "content_style": {"bold": True}},
        label={"text": "l", "label_style": {"bold": True}},
        new_line=False,
    )
    assert data_of(short) == data_of(long)


def test_empty_label_text_in_the_short_form_is_no_label() -> None:
    assert data_of(text(content="a", label="")).label is None


def test_content_object_takes_the_short_style() -> None:
    data = data_of(text(content={"text": "a"}, style={"bold": True}, align="right"))
    assert data.content == m.Content("a", m.Style(bold=True), "right")


# --- the other commands ---


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (command("image", code="aGk="), m.Image("aGk=", pixel_width=256)),
        (
            command("image", code="x", format="png", pixel_width=9, align="left", threshold=0, dithering="threshold"),
            m.Image("x", "png", 9, "left", 0, "threshold", "bilinear"),
        ),
        (command("image", code="x", dithering="floyd-steinberg"), m.Image("x", None, 256, dithering="floyd-steinberg")),
        (command("image", code="x", scaling="nns", width=99), m.Image("x", pixel_width=99, scaling="nns")),
        (command("barcode", symbology="EAN13", data="1"), m.Barcode("ean13", "1", 3, 64, "below", "A", "center")),
        (
            command("barcode", symbology="GS1-128", data="1", width=6, height=255, hri_position="both", hri_font="b"),
            m.Barcode("gs1-128", "1", 6, 255, "both", "B"),
        ),
        (command("qr", data="x"), m.Qr("x", None, 256, "M", "center", None, False)),
        (
            command("qr", data="x", human_text="y", pixel_width=87, correction="H", logo="aa", circle_shape=True),
            m.Qr("x", "y", 87, "H", "center", "aa", True),
        ),
        (command("qr", data="x", width=100), m.Qr("x", pixel_width=100)),
        (command("separator"), m.Separator("-", None, "center")),
        (command("separator", char="=-", length=255), m.Separator("=-", 255)),
        (command("feed", lines=0), m.Feed(0)),
        (command("feed", lines=1), m.Feed(1)),
        (command("feed", lines=255), m.Feed(255)),
        (command("cut"), m.Cut("partial", 2)),
        (command("cut", mode="full", feed=0), m.Cut("full", 0)),
        (command("raw", hex="1B 40"), m.Raw("1B 40", "hex", None, False)),
        (command("pulse"), m.Pulse(0, 50, 100)),
        (command("pulse", pin=1, on_time=2, off_time=510), m.Pulse(1, 2, 510)),
        (command("beep"), m.Beep(1, 1)),
        (command("beep", times=9, lapse=9), m.Beep(9, 9)),
        (command("pdf417", data="x"), m.Symbol2D("x")),
        (command("datamatrix", data="x", pixel_width=5), m.Symbol2D("x", 5)),
        (command("aztec", data="x", human_text="y", align="right"), m.Symbol2D("x", None, "right", "y")),
        (
            command("columns", cells=[{"text": "a", "width": 3, "align": "right"}], spacing=0),
            m.Columns((m.Cell("a", 3, "right"),), 0),
        ),
        (
            command("columns", cells=[{"text": "a", "style": {"align": "center"}}]),
            m.Columns((m.Cell("a", None, "center"),)),
        ),
    ],
)  # fmt: skip
def test_fields_and_defaults(wire: dict[str, Any], expected: Any) -> None:
    assert data_of(wire) == expected


@pytest.mark.parametrize("kind", ["separator", "cut", "pulse", "beep"])
def test_commands_whose_data_may_be_left_out(kind: str) -> None:
    assert decoded({"type": kind}) == decoded(command(kind))


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("upca", "upca"), ("UPC-A", "upca"), ("UpcE", "upce"), ("EAN-13", "ean13"), ("ean 8", "ean8"),
        ("CODE39", "code39"), ("Code_93", "code93"), ("CODE128", "code128"), ("ITF", "itf"), ("Codabar", "codabar"),
        ("gs1-128", "gs1-128"), ("GS1128", "gs1-128"), ("GS1_128", "gs1-128"),
    ],
)  # fmt: skip
def test_symbologies_in_any_case(spelling: str, name: str) -> None:
    assert data_of(command("barcode", symbology=spelling, data="1")).symbology == name


def test_table_long_and_short_form_and_defaults() -> None:
    columns = [{"name": "a", "width": 5}, {"header": "b", "width": 9, "align": "right"}]
    long = data_of(command("table", definition={"columns": columns}, rows=[["x", "y"]]))
    short = data_of(command("table", columns=columns, rows=[["x", "y"]]))
    assert long == short
    assert long.definition == m.Definition((m.Column(5, "a"), m.Column(9, "b", align="right")))
    assert long.definition.columns[0].align == "center"
    assert long.show_headers is True
    assert long.options == m.TableOptions(True, True, 1, "center", "A", True)


def test_table_options() -> None:
    options = {
        "header_bold": False, "word_wrap": False, "column_spacing": 0, "align": "right", "font": "B",
        "auto_reduce": False,
    }  # fmt: skip
    data = data_of(command("table", columns=[{"name": "a", "width": 5}], options=options))
    assert data.options == m.TableOptions(False, False, 0, "right", "B", False)


def test_cells_may_be_numbers_or_nothing() -> None:
    wire = command("table", columns=[{"name": str(i), "width": 5} for i in range(5)], rows=[["a", 12, 1.5, None, -3]])
    assert data_of(wire).rows == (("a", "12", "1.5", "", "-3"),)


def test_whole_number_of_any_length_keeps_every_digit() -> None:
    number = int("123456789" * 8)
    wire = command("table", columns=[{"name": "a", "width": 5}], rows=[[number]])
    assert data_of(wire).rows == ((str(number),),)


@pytest.mark.parametrize(
    ("hexa", "expected"),
    [
        ("1B40", b"\x1b\x40"),
        ("1b 40", b"\x1b\x40"),
        ("0x1B, 0x40", b"\x1b\x40"),
        ("0X1b,0x40", b"\x1b\x40"),
        ("100x1B", b"\x10\x1b"),
        (" 1B\n40\t", b"\x1b\x40"),
    ],
)
def test_hex_spellings(hexa: str, expected: bytes) -> None:
    assert data_of(command("raw", hex=hexa)).data == expected


def test_raw_as_base64() -> None:
    assert data_of(command("raw", hex="G0A=", format="base64")).data == b"\x1b@"


def test_raw_holds_4096_bytes_and_no_more() -> None:
    assert len(data_of(command("raw", hex="00" * 4096)).data) == 4096
    error = refused(document(command("raw", hex="00" * 4097)))
    assert (error.key, error.path, error.category) == ("raw.too_long", "commands[0].data.hex", "RAW")
    assert "4096" in error.text("es")


# --- faults ---


@pytest.mark.parametrize(
    ("wire", "key", "path", "category", "says"),
    [
        ({"type": "texto", "data": {}}, "document.unknown_command", "commands[0].type", "COMMAND", "separator"),
        ({"type": 5, "data": {}}, "document.unknown_command", "commands[0].type", "COMMAND", "separator"),
        ({"type": ["text"], "data": {}}, "document.unknown_command", "commands[0].type", "COMMAND", "separator"),
        ({"type": 7, "data": {}}, "document.unknown_command", "commands[0].type", "COMMAND", "separator"),
        ({"data": {}}, "document.missing_field", "commands[0].type", "VALIDATION", "type"),
        ("text", "document.wrong_type", "commands[0]", "VALIDATION", "{…}"),
        ({"type": "text"}, "document.missing_field", "commands[0].data", "VALIDATION", "data"),
        (text(content=5), "document.wrong_type", "commands[0].data.content", "VALIDATION", "un texto"),
        (text(content="a", align="centre"), "document.bad_choice", "commands[0].data.align", "VALIDATION", "center"),
        (command("feed", lines=-1), "document.out_of_range", "commands[0].data.lines", "VALIDATION", "de 0 a 255"),
        (command("feed", lines="3"), "document.wrong_type", "commands[0].data.lines", "VALIDATION", "llegó un texto"),
        (command("feed", lines=3.0), "document.wrong_type", "commands[0].data.lines", "VALIDATION", "de 0 a 255"),
        (command("feed", lines=True), "document.wrong_type", "commands[0].data.lines", "VALIDATION", "de 0 a 255"),
        (command("feed"), "document.missing_field", "commands[0].data.lines", "VALIDATION", "lines"),
        (command("pulse", pin=2), "document.bad_choice", "commands[0].data.pin", "VALIDATION", "0, 1"),
        (command("qr", data=""), "document.out_of_range", "commands[0].data.data", "QR", "de 1 a 7089"),
        (command("qr", data="x" * 7090), "document.out_of_range", "commands[0].data.data", "QR", "de 1 a 7089"),
        (command("qr", data="x", correction="X"), "document.bad_choice", "commands[0].data.correction", "QR", "L, M"),
        (command("barcode", symbology="qr", data="1"), "document.bad_choice", "commands[0].data.symbology", "BARCODE",
         "gs1-128"),
        (command("image", code="x", threshold=256), "document.out_of_range", "commands[0].data.threshold", "IMAGE",
         "de 0 a 255"),
        (command("image", code="x", dithering="bayer"), "document.bad_choice", "commands[0].data.dithering", "IMAGE",
         "atkinson, threshold, floyd-steinberg"),
        (command("separator", length=256), "document.out_of_range", "commands[0].data.length", "VALIDATION", "1 a 255"),
        (command("raw", hex="1B 4G"), "raw.hex", "commands[0].data.hex", "RAW", "posición 4"),
        (command("raw", hex="0x1B x"), "raw.hex", "commands[0].data.hex", "RAW", "posición 5"),
        (command("raw", hex="1B;40"), "raw.hex", "commands[0].data.hex", "RAW", "posición 2"),
        (command("raw", hex="1B4"), "raw.hex_odd", "commands[0].data.hex", "RAW", "impar"),
        (command("raw", hex=" , "), "raw.empty", "commands[0].data.hex", "RAW", "bytes"),
        (command("raw", hex="G0A", format="base64"), "raw.base64", "commands[0].data.hex", "RAW", "base64"),
        (command("raw", hex="ñ", format="base64"), "raw.base64", "commands[0].data.hex", "RAW", "base64"),
        (command("table", rows=[]), "table.no_definition", "commands[0].data.definition", "TABLE", "definition"),
        (command("table", columns=[]), "table.no_columns", "commands[0].data.columns", "TABLE", "una"),
        (command("table", definition={"columns": []}), "table.no_columns", "commands[0].data.definition.columns",
         "TABLE", "una"),
        (command("table", columns=[{"width": 3}]), "table.column_name", "commands[0].data.columns[0].name", "TABLE",
         "name"),
        (command("table", columns=[{"name": "a", "width": 0}]), "document.out_of_range",
         "commands[0].data.columns[0].width", "TABLE", "de 1 a"),
        (command("table", columns=[{"name": "a", "width": 3}], rows=[["1"], ["1", "2"]]), "table.too_many_cells",
         "commands[0].data.rows[1]", "TABLE", "2 celdas"),
        (command("table", columns=[{"name": "a", "width": 3}], rows=[[True]]), "document.wrong_type",
         "commands[0].data.rows[0][0]", "TABLE", "un texto"),
        (command("table", columns=[{"name": "a", "width": 3}], rows=[[{}]]), "document.wrong_type",
         "commands[0].data.rows[0][0]", "TABLE", "un texto"),
        (command("columns", cells=[]), "table.no_columns", "commands[0].data.cells", "VALIDATION", "una"),
        (command("image", code="x", width=9, pixel_width=9), "document.two_forms", "commands[0].data.width", "IMAGE",
         "pixel_width"),
        (command("qr", data="x", width=99, pixel_width=99), "document.two_forms", "commands[0].data.width", "QR",
         "pixel_width"),
        (command("table", columns=[{"name": "a", "width": 3}], definition={"columns": [{"name": "a", "width": 3}]}),
         "document.two_forms", "commands[0].data.columns", "TABLE", "definition"),
        (command("table", columns=[{"name": "a", "header": "a", "width": 3}]), "document.two_forms",
         "commands[0].data.columns[0].header", "TABLE", "name"),
        (text(content={"text": "a", "content_style": {"bold": True}}, style={"size": "2x2"}), "document.two_forms",
         "commands[0].data.style", "VALIDATION", "content_style"),
        (text(content="a", label={"text": "a", "label_style": {"bold": True}}, label_style={"size": "2x2"}),
         "document.two_forms", "commands[0].data.label_style", "VALIDATION", "label_style"),
        (text(content="a", newline=True, new_line=False), "document.two_forms", "commands[0].data.newline",
         "VALIDATION", "new_line"),
    ],
)  # fmt: skip
def test_faults_say_where_and_what_would_be_right(wire: Any, key: str, path: str, category: str, says: str) -> None:
    for source in (document(wire), json.dumps(document(wire)), document(wire, note="a private field")):
        error = refused(source)
        assert (error.key, error.path, error.category) == (key, path, category)
        assert says in error.text("es")


def test_path_counts_the_commands_before() -> None:
    error = refused(document(command("beep"), command("cut"), command("feed", lines=-1)))
    assert error.path == "commands[2].data.lines"


def test_both_forms_of_the_qr_ability_are_a_fault() -> None:
    error = refused(document(command("beep"), profile={"model": "x", "has_qr": True, "supports_qr": True}))
    assert (error.key, error.path) == ("document.two_forms", "profile.supports_qr")


#: Where each struct of the document stands in WHOLE.
WHOLE = document(
    text(
        content={"text": "a", "content_style": {"bold": True}},
        label={"text": "l", "label_style": {"bold": True}},
    ),
    command("image", code="x"),
    command("barcode", symbology="itf", data="12"),
    command("qr", data="x"),
    command("table", definition={"columns": [{"name": "a", "width": 3}]}, rows=[["x"]], options={"header_bold": True}),
    command("separator"),
    command("feed", lines=1),
    command("cut"),
    command("raw", hex="00"),
    command("pulse"),
    command("beep"),
    command("pdf417", data="x"),
    command("columns", cells=[{"text": "a", "style": {"bold": True}}]),
)
PLACES: dict[str, type[msgspec.Struct]] = {
    "": m.Document,
    "profile": m.ProfileRequest,
    "commands[0].data": m.Text,
    "commands[0].data.content": m.Content,
    "commands[0].data.content.content_style": m.Style,
    "commands[0].data.label": m.Label,
    "commands[0].data.label.label_style": m.Style,
    "commands[1].data": m.Image,
    "commands[2].data": m.Barcode,
    "commands[3].data": m.Qr,
    "commands[4].data": m.Table,
    "commands[4].data.definition": m.Definition,
    "commands[4].data.definition.columns[0]": m.Column,
    "commands[4].data.options": m.TableOptions,
    "commands[5].data": m.Separator,
    "commands[6].data": m.Feed,
    "commands[7].data": m.Cut,
    "commands[8].data": m.Raw,
    "commands[9].data": m.Pulse,
    "commands[10].data": m.Beep,
    "commands[11].data": m.Symbol2D,
    "commands[12].data": m.Columns,
    "commands[12].data.cells[0]": m.Cell,
    "commands[12].data.cells[0].style": m.Style,
}
FIELDS = [(place, struct, field) for place, struct in PLACES.items() for field in struct.__struct_fields__]
ANYTHING = (None, True, 7.5, -1, 10**6, 2**70, "¿?", "", "x" * 9000, [], ["x"], [[[]]], {}, [None], [1.5])


def at(value: Any, place: str) -> Any:
    for word in place.replace("[", ".").replace("]", "").split("."):
        if word:
            value = value[int(word)] if word.isdigit() else value[word]
    return value


def fits(value: Any, wanted: Any) -> bool:
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        return False
    return True


def test_the_whole_document_stands() -> None:
    decode(WHOLE)


@pytest.mark.parametrize(("place", "struct", "field"), FIELDS)
def test_any_value_of_a_wrong_type_is_explained_by_the_catalogue(
    place: str, struct: type[msgspec.Struct], field: str
) -> None:
    wanted = get_type_hints(struct, include_extras=True)[field]
    wrong = [value for value in ANYTHING if not fits(value, wanted)]
    assert wrong
    path = f"{place}.{field}" if place else field
    for value in wrong:
        broken = copy.deepcopy(WHOLE)
        at(broken, place)[field] = value
        for source in (broken, json.dumps(broken)):
            found, error = outcome(source)
            if error is None:  # taken as earlier clients mean it
                assert value in (None, "", {}, -1, 10**6, 2**70)
                assert found is not None
                continue
            assert (error.path or "").startswith(path), error.text()
            for lang in ("es", "en"):
                assert not any(word in error.text(lang) for word in ("`", "array", "NoneType", " str", " int "))


@pytest.mark.parametrize(
    ("place", "field"),
    [
        (place, field.encode_name)
        for place, struct in PLACES.items()
        for field in msgspec.structs.fields(struct)
        if field.required
    ],
)
def test_every_missing_field_is_named(place: str, field: str) -> None:
    broken = copy.deepcopy(WHOLE)
    del at(broken, place)[field]
    if place.startswith("commands[0]"):  # a label may stand without a content
        del broken["commands"][0]["data"]["label"]
    error = refused(broken)
    assert (error.key, error.path) == ("document.missing_field", f"{place}.{field}" if place else field)
    assert field in error.text("es")


# --- unknown fields ---


@pytest.mark.parametrize("place", PLACES)
def test_unknown_fields_anywhere_are_ignored_with_a_warning(place: str) -> None:
    extended = copy.deepcopy(WHOLE)
    at(extended, place)["x_private"] = {"deep": [1]}
    for source in (extended, json.dumps(extended)):
        found, warnings = decode(source)
        assert found == decode(WHOLE)[0]
        assert [(w.key, w.path, w.parameters["field"]) for w in warnings] == [
            ("document.unknown_field", place, "x_private")
        ]
        assert "x_private" in warnings[0].text("es")


def test_unknown_field_beside_data_is_named_where_it_stands() -> None:
    _, (warning,) = decode(document(command("beep") | {"id.x": 5}))
    assert (warning.path, warning.parameters["field"]) == ("commands[0]", "id.x")


def test_warnings_of_unknown_fields_are_capped() -> None:
    _, warnings = decode(document(command("beep"), **{f"x{i}": i for i in range(MAX_WARNINGS + 5)}))
    assert len(warnings) == MAX_WARNINGS + 1
    assert warnings[-1].key == "document.more_unknown_fields"
    assert "5" in warnings[-1].text("es")


def test_exactly_as_many_unknown_fields_as_are_shown_need_no_more() -> None:
    _, warnings = decode(document(command("beep"), **{f"x{i}": i for i in range(MAX_WARNINGS)}))
    assert {warning.key for warning in warnings} == {"document.unknown_field"}


def test_fault_behind_an_unknown_field_is_still_found() -> None:
    error = refused(json.dumps(document(command("feed", x=1, lines=-1))))
    assert error.path == "commands[0].data.lines"


# --- what is no document at all ---


@pytest.mark.parametrize(
    "source",
    ["", "{", "nul", '{"a":}', b"\xff\xfe", b'{"version":"\xff"}', "\ud800", '{"version": NaN}', '{"a": 1e999}',
     '{"version": "\\ud800"}', b"\x00", bytearray(b"{"), memoryview(b"{")],
)  # fmt: skip
def test_what_is_not_json_is_said_to_be_none(source: Any) -> None:
    error = refused(source)
    assert (error.key, error.category, error.path) == ("json.invalid", "JSON", None)


@pytest.mark.parametrize("source", ["[]", "3", "null", '"x"', "true", [], None, 3, 1.5, (), {1}, object()])
def test_what_is_not_an_object_is_refused(source: Any) -> None:
    assert refused(source).path is None


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    assert refused("[" * depth + "]" * depth).key in ("json.too_deep", "document.wrong_type")
    beep = json.dumps(document(command("beep")))[:-1]
    nested = f'{beep}, "x": {"[" * depth}{"]" * depth}}}'
    found, error = outcome(nested)
    assert found == decoded(command("beep")) if error is None else error.key == "json.too_deep"


def test_deeply_nested_mapping_is_refused_or_ignored() -> None:
    deep: dict[str, Any] = {}
    for _ in range(50_000):
        deep = {"a": deep}
    assert refused({"version": deep}).path == "version"
    found, warnings = decode(document(command("beep"), x=deep))
    assert len(warnings) == 1
    assert found == decoded(command("beep"))


def test_text_that_no_json_could_carry_is_refused() -> None:
    assert refused(document(text(content="\ud800"))).key == "json.invalid"
    assert refused(document(text(content="\ud800"), x=1)).key == "json.invalid"


def test_number_too_long_to_write_down_is_refused() -> None:
    error = refused(document(command("table", columns=[{"name": "a", "width": 3}], rows=[[10**5000]])))
    assert error.path == "commands[0].data.rows"


@pytest.mark.parametrize("source", [{1: 2}, {"version": "1.0", "profile": {"model": "m", 3: 4}, "commands": []}])
def test_keys_that_are_no_text_are_refused(source: Any) -> None:
    assert refused(source).key == "document.key_type"


def test_client_cannot_write_the_path_of_an_error() -> None:
    error = refused(json.dumps(document({"type": "x' - at `$.profile.model", "data": {}})))
    assert error.path == "commands[0].type"


def test_long_value_is_cut_in_the_message() -> None:
    assert len(refused(document(text(content="a", style={"size": "9" * 100_000}))).text()) < 2_000
    assert len(refused(document({"type": "9" * 100_000})).text()) < 2_000


def test_document_is_given_back_as_it_is() -> None:
    found = decoded(command("beep"))
    assert decode(found) == (found, ())
    assert decode(found)[0] is found


@pytest.mark.parametrize("make", [str, str.encode, lambda s: bytearray(s.encode()), lambda s: memoryview(s.encode()),
                                  lambda s: msgspec.Raw(s.encode()), json.loads])  # fmt: skip
def test_every_kind_of_source(make: Any) -> None:
    assert decode(make(json.dumps(document(command("beep")))))[0] == decoded(command("beep"))


# --- laws ---

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
ALIGNS = st.sampled_from(["left", "center", "right"])
SIZES = st.builds("{}x{}".format, st.integers(1, 8), st.integers(1, 8)) | st.sampled_from(["normal", "", "2X3"])


def some(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


STYLES = some(
    {}, bold=st.booleans(), size=SIZES, underline=st.sampled_from(["0pt", "1pt", "2pt", True, False]),
    inverse=st.booleans(), font=st.sampled_from(["A", "B", "a", "b"]), align=ALIGNS,
)  # fmt: skip
CONTENTS = some({"text": TEXTS}, content_style=STYLES, align=ALIGNS)
LABELS = some({"text": TEXTS}, label_style=STYLES, separator=TEXTS | st.just(": "), align=ALIGNS)
TEXT_DATA = some({"content": CONTENTS}, label=LABELS, new_line=st.booleans()) | some(
    {"content": TEXTS}, style=STYLES, label=TEXTS, label_style=STYLES, align=ALIGNS, newline=st.booleans()
)
DOTS = st.integers(87, 65535)
CELLS = TEXTS | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.none()
COLUMN = some({"name": TEXTS, "width": st.integers(1, 1000)}, align=ALIGNS)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    columns = draw(st.lists(COLUMN, min_size=1, max_size=4))
    rows = draw(st.lists(st.lists(CELLS, max_size=len(columns)), max_size=3))
    data = draw(st.sampled_from([{"columns": columns}, {"definition": {"columns": columns}}]))
    options = some(
        {}, header_bold=st.booleans(), word_wrap=st.booleans(), column_spacing=st.integers(0, 100),
        align=ALIGNS, font=st.sampled_from("AB"), auto_reduce=st.booleans(),
    )  # fmt: skip
    return data | {"rows": rows} | draw(some({}, show_headers=st.booleans(), options=options))


DATA: Mapping[str, st.SearchStrategy[dict[str, Any]]] = {
    "text": TEXT_DATA,
    "image": some({"code": TEXTS}, pixel_width=DOTS, align=ALIGNS, threshold=st.integers(0, 255)),
    "barcode": some({"symbology": st.sampled_from(["EAN13", "gs1-128"]), "data": TEXTS}, width=st.integers(2, 6)),
    "qr": some({"data": WORDS}, width=DOTS, correction=st.sampled_from("LMQH"), human_text=TEXTS),
    "table": tables(),
    "separator": some({}, char=WORDS | st.just("-"), length=st.integers(1, 255)),
    "feed": some({"lines": st.integers(1, 255)}),
    "cut": some({}, mode=st.sampled_from(["full", "partial"]), feed=st.integers(0, 255)),
    "raw": some({"hex": st.binary(min_size=1, max_size=20).map(bytes.hex)}, safe_mode=st.booleans(), comment=TEXTS),
    "pulse": some({}, pin=st.integers(0, 1), on_time=st.integers(2, 510), off_time=st.integers(2, 510)),
    "beep": some({}, times=st.integers(1, 9), lapse=st.integers(1, 9)),
    "pdf417": some({"data": WORDS}, pixel_width=DOTS, align=ALIGNS, human_text=TEXTS),
    "datamatrix": some({"data": WORDS}),
    "aztec": some({"data": WORDS}),
    "columns": some({"cells": st.lists(some({"text": TEXTS}, style=STYLES, align=ALIGNS), min_size=1, max_size=3)}),
}
COMMANDS = st.one_of(st.builds(lambda d, k=kind: {"type": k, "data": d}, data) for kind, data in DATA.items())
PROFILES = some(
    {"model": WORDS.filter(str.strip)}, paper_width=st.sampled_from([58, 80]), code_table=TEXTS,
    dpi=st.sampled_from([203, 300]), has_qr=st.booleans(), width=st.integers(64, 4096),
)  # fmt: skip
DOCUMENTS = some(
    {"version": st.just("1.0"), "profile": PROFILES, "commands": st.lists(COMMANDS, min_size=1, max_size=4)},
    debug_log=st.booleans(),
)


def test_every_command_is_generated() -> None:
    assert set(DATA) == set(m.COMMAND_NAMES)


@given(DOCUMENTS)
def test_decode_after_encode_gives_the_document_back(wire: dict[str, Any]) -> None:
    found, warnings = decode(wire)
    assert warnings == ()
    canonical = encode(found)
    assert decode(canonical) == (found, ())
    assert decode(json.dumps(wire)) == (found, ())
    assert encode(decode(canonical)[0]) == canonical


@given(DOCUMENTS)
def test_canonical_bytes_do_not_depend_on_how_it_was_written(wire: dict[str, Any]) -> None:
    assert encode(decode(json.dumps(wire))[0]) == encode(decode(wire)[0])
    assert encode(decode(json.dumps(wire | {"x": 1}))[0]) == encode(decode(wire)[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (text(content="a"), text(content={"text": "a", "content_style": {}}, new_line=True)),
        (text(content="a"), text(content={"text": "a", "content_style": {"size": "1x1", "font": "A"}})),
        (text(content="a", label="l"), text(content="a", label={"text": "l", "label_style": {}, "separator": ": "})),
        (command("separator"), command("separator", char="-")),
        (command("cut"), {"type": "cut"}),
        (command("qr", data="x"), command("qr", data="x", width=256, align="center", correction="M")),
        (command("barcode", symbology="EAN-13", data="1"), command("barcode", symbology="ean13", data="1", height=64)),
        (
            command("table", columns=[{"header": "a", "width": 3}], rows=[[1]], options={"font": "A"}),
            command("table", definition={"columns": [{"name": "a", "width": 3, "align": "center"}]}, rows=[["1"]]),
        ),
    ],
)
def test_a_default_written_out_changes_nothing_in_the_canonical_bytes(one: Any, other: Any) -> None:
    assert encode(decode(json.dumps(document(one)))[0]) == encode(decode(json.dumps(document(other)))[0])


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(-(10**400), 10**400) | st.floats() | st.text()
    | st.binary() | st.sampled_from([*m.COMMAND_NAMES, "1.0", "\ud800", "2x2", "left"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=4)
    | st.tuples(inner, inner),
    max_leaves=12,
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict):
        found += [deeper for key, item in value.items() for deeper in places(item, (*path, key))]
    elif isinstance(value, list):
        found += [deeper for index, item in enumerate(value) for deeper in places(item, (*path, index))]
    return found


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    wire: Any = copy.deepcopy(draw(DOCUMENTS))
    path = draw(st.sampled_from(places(wire)))
    value = draw(JSONISH)
    if not path:
        return value
    at = wire
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return wire


@given(JSONISH | damaged())
def test_any_value_is_a_document_or_refused(value: Any) -> None:
    found, error = outcome(value)
    if error is not None:
        assert error.text("es") != error.text("en")
    else:
        assert found is not None
        assert decode(encode(found))[0] == found


@given(damaged())
def test_damage_never_needs_the_sentence_of_last_resort(value: Any) -> None:
    _, error = outcome(value)
    assert error is None or error.key != "document.invalid", error.text()


@given(st.binary() | st.text(st.characters()))
def test_any_text_or_bytes_is_a_document_or_refused(source: bytes | str) -> None:
    with pytest.raises(DocumentError):
        decode(source)
