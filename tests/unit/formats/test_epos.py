"""ePOS-Print XML: every element and attribute does what it says on paper, and no document is more than it may be."""

from __future__ import annotations

import base64

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.errors import DocumentError
from ticket_daemon.formats import Formats, Options
from ticket_daemon.formats.epos.schema import ELEMENTS
from ticket_daemon.formats.epos.xml import EPOS, MAX_DEPTH, MAX_ELEMENTS
from ticket_daemon.poster import find_profile
from ticket_daemon.poster.emulator import Beep, Cut, DrawerKick, Paper, draw
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render import Rendered
from ticket_daemon.settings.config import Settings

FORMATS = Formats(Settings())
TM = find_profile("TM-T20III")
ALL = Options()
ALL_BLACK = base64.b64encode(b"\xff" * 8).decode()


def document(inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?><epos-print xmlns="{EPOS}">{inside}</epos-print>'.encode()


def rendered(inside: str, profile: Profile = TM, options: Options = ALL) -> Rendered:
    return FORMATS.read("epos", document(inside)).render(profile, options)


def paper(inside: str, profile: Profile = TM) -> Paper:
    return draw(rendered(inside, profile).data, profile)


def dots(printed: Paper) -> list[tuple[int, int]]:
    """Where the black is, from the paper's first black row on."""
    bitmap = printed.bitmap()
    rows = [bitmap.data[y * bitmap.stride : (y + 1) * bitmap.stride] for y in range(bitmap.height)]
    inked = [
        (8 * place + bit, y)
        for y, row in enumerate(rows)
        for place, byte in enumerate(row)
        if byte
        for bit in range(8)
        if byte >> (7 - bit) & 1
    ]
    top = inked[0][1] if inked else 0
    return [(x, y - top) for x, y in inked]


def box(inside: str) -> tuple[int, int, int, int]:
    """Left, width, height of the black, and how many dots it is."""
    found = dots(paper(inside))
    across, down = [x for x, _ in found], [y for _, y in found]
    return min(across), max(across) - min(across) + 1, max(down) + 1, len(found)


def events(inside: str, kind: type) -> list:
    return [event for event in paper(inside).events if isinstance(event, kind)]


# --- the table: element, attribute, what it does ---

IMAGE = f'<image width="8" height="8" mode="mono">{ALL_BLACK}</image>'


@pytest.mark.parametrize(
    ("plain", "changed", "law"),
    [
        ("<text>Hxg</text>", '<text width="3">Hxg</text>', lambda a, b: b[1] > 2 * a[1] and b[2] == a[2]),
        ("<text>Hxg</text>", '<text height="3">Hxg</text>', lambda a, b: b[2] > 2 * a[2] and b[1] == a[1]),
        ("<text>Hxg</text>", '<text dw="true">Hxg</text>', lambda a, b: b[1] > 1.8 * a[1] and b[2] == a[2]),
        ("<text>Hxg</text>", '<text dh="1">Hxg</text>', lambda a, b: b[2] > 1.8 * a[2] and b[1] == a[1]),
        ("<text>Hxg</text>", '<text font="font_b">Hxg</text>', lambda a, b: b[1] < a[1] and b[2] < a[2]),
        ("<text>Hxg</text>", '<text em="true">Hxg</text>', lambda a, b: b[3] > a[3]),
        ("<text>Hxg</text>", '<text ul="true">Hxg</text>', lambda a, b: b[3] > a[3]),
        ("<text>Hxg</text>", '<text reverse="true">Hxg</text>', lambda a, b: b[3] > 2 * a[3]),
        ("<text>Hxg</text>", '<text align="right">Hxg</text>', lambda a, b: b[0] > 500 and b[1:] == a[1:]),
        ("<text>Hxg</text>", '<text align="center">Hxg</text>', lambda a, b: 250 < b[0] < 300 and b[1:] == a[1:]),
        ("<text>Hxg</text>", '<text x="200">Hxg</text>', lambda a, b: b[0] == a[0] + 200 and b[1:] == a[1:]),
        ("<text>Hxg</text>", '<text lang="ja" smooth="true">Hxg</text>', lambda a, b: a == b),
        ("<text>H&#10;H</text>", '<text linespc="90">H&#10;H</text>', lambda a, b: b[2] == a[2] + 60),
        ("<text>H</text><feed/><text>H</text>", '<text>H</text><feed line="3"/><text>H</text>',
         lambda a, b: b[2] == a[2] + 60),
        ("<text>H</text><feed/><text>H</text>", '<text>H</text><feed unit="100"/><text>H</text>',
         lambda a, b: b[2] == a[2] + 70),
        ("<text>H</text><feed/><text>H</text>", '<text>H</text><feed linespc="60"/><text>H</text>',
         lambda a, b: b[2] == a[2] + 30),
        (IMAGE, IMAGE.replace("<image", '<image align="right"'),
         lambda a, b: a == (0, 8, 8, 64) and b == (568, 8, 8, 64)),
        ('<hline x1="0" x2="99"/>', '<hline x1="50" x2="99" style="thick"/>',
         lambda a, b: a == (0, 100, 1, 100) and b == (50, 50, 4, 200)),
        ('<hline x1="0" x2="99"/>', '<hline x1="99" x2="0" style="medium_double"/>',
         lambda a, b: b == (0, 100, 6, 400)),
    ],
)  # fmt: skip
def test_an_attribute_changes_the_paper_as_it_says(plain, changed, law) -> None:  # type: ignore[no-untyped-def]
    assert law(box(plain), box(changed))


def test_rotate_turns_the_line_upside_down() -> None:
    upright, turned = dots(paper("<text>Hxg</text>")), dots(paper('<text rotate="true">Hxg</text>'))
    right, bottom = max(x for x, _ in upright), max(y for _, y in upright)
    left, top = min(x for x, _ in turned), min(y for _, y in turned)
    assert sorted((right - x, bottom - y) for x, y in upright) == sorted((x - left, y - top) for x, y in turned)


def test_text_attributes_count_until_they_are_changed() -> None:
    assert dots(paper('<text em="true"/><text>A</text><text em="false">B</text>')) == dots(
        paper('<text em="true">A</text><text em="0">B</text>')
    )


def test_reset_ends_what_was_set() -> None:
    assert dots(paper('<text em="true" width="4" align="right"/><reset/><text>A</text>')) == dots(
        paper("<text>A</text>")
    )


def test_text_is_clean_of_commands_and_keeps_its_lines() -> None:
    assert paper("<text>uno&#10;  dos</text><text> tres&#10;&#10;Ñandú €</text>").text == [
        "uno", "  dos tres", "", "Ñandú €",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "data", "read"),
    [
        ("ean13", "211234567890", "2112345678900"), ("jan13", "2112345678900", "2112345678900"),
        ("ean8", "1234567", "12345670"), ("jan8", "12345670", "12345670"), ("upc_a", "01234567890", "012345678905"),
        ("upc_e", "01234500005", "012345000058"), ("code39", "ABC-1", "ABC-1"), ("code93", "Abc1", "Abc1"),
        ("code128", "{BHola1", "Hola1"), ("code128", "{C\\x0c\\x22", "1234"), ("code128_auto", "Hola1", "Hola1"),
        ("itf", "123456", "123456"), ("codabar", "A123B", "A123B"),
        ("gs1_databar_omnidirectional", "0012345678905", "(01)00123456789050"),
        ("gs1_databar_limited", "0012345678905", "(01)00123456789050"),
    ],
)  # fmt: skip
def test_a_barcode_is_read_back(type_: str, data: str, read: str) -> None:
    printed = paper(f'<barcode type="{type_}" width="3" height="80" hri="none">{data}</barcode>')
    found = _read(printed)
    assert any(text.lstrip("0") == read.lstrip("0") or read in text for text in found), found


@pytest.mark.parametrize("type_", ["qrcode_model_1", "qrcode_model_2", "pdf417_standard", "azteccode_fullrange",
                                   "datamatrix_square"])  # fmt: skip
@pytest.mark.parametrize(
    ("data", "read"), [("https://x.mx/?a=1&amp;b", "https://x.mx/?a=1&b"), ("a\\\\b\\x41", "a\\bA")]
)
def test_a_symbol_is_read_back(type_: str, data: str, read: str) -> None:
    assert read in _read(paper(f'<symbol type="{type_}" level="level_m" width="4">{data}</symbol>'))


def test_a_symbols_module_is_as_wide_as_asked() -> None:
    widths = [box(f'<symbol type="qrcode_model_2" width="{n}">hola</symbol>')[1] for n in (3, 4, 6)]
    assert widths == [21 * n for n in (3, 4, 6)]


def _read(printed: Paper) -> list[str]:
    import PIL.Image

    bitmap = printed.bitmap()
    picture = PIL.Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.data, "raw", "1;I").convert("L")
    wide = PIL.Image.new("L", (picture.width + 100, picture.height + 100), 255)
    wide.paste(picture, (50, 50))
    return [found.text for found in zxingcpp.read_barcodes(wide)]


def test_a_code_that_is_none_comes_out_as_text_with_a_warning() -> None:
    made = rendered('<barcode type="ean13">12</barcode><symbol type="qrcode_model_2"></symbol>')
    assert draw(made.data, TM).text[0] == "12"
    assert [warned.key for warned in made.warnings] == ["warning.epos_code_in_words"] * 2


@pytest.mark.parametrize("width", [8, 13, 16, 509])
def test_rows_of_a_picture_may_be_padded_or_follow_each_other(width: int) -> None:
    height = 5
    black = [[(x * 7 + y * 3) % 5 < 2 for x in range(width)] for y in range(height)]
    bits = ["".join("01"[dot] for dot in row) for row in black]
    padded = b"".join(int(row.ljust((width + 7) // 8 * 8, "0"), 2).to_bytes((width + 7) // 8) for row in bits)
    joined = "".join(bits)
    packed = int(joined.ljust((len(joined) + 7) // 8 * 8, "0"), 2).to_bytes((len(joined) + 7) // 8)
    wanted = [(x, y) for y, row in enumerate(black) for x, dot in enumerate(row) if dot]
    for data in (padded, packed):
        code = base64.b64encode(data).decode()
        assert dots(paper(f'<image width="{width}" height="{height}" mode="mono">{code}</image>')) == wanted


def test_a_picture_of_16_greys_is_black_at_0_and_white_at_15() -> None:
    code = base64.b64encode(bytes.fromhex("0fff" + "ff0f")).decode()
    assert dots(paper(f'<image width="4" height="2" mode="gray16">{code}</image>')) == [(0, 0), (2, 1)]


def test_a_picture_wider_than_the_paper_is_made_smaller_with_a_warning() -> None:
    code = base64.b64encode(b"\xff" * 100 * 8).decode()
    made = rendered(f'<image width="800" height="8">{code}</image>')
    assert [warned.key for warned in made.warnings] == ["warning.epos_scaled"]
    assert max(x for x, _ in dots(draw(made.data, TM))) == TM.dots - 1


@pytest.mark.parametrize(
    ("type_", "full"),
    [("", False), ("feed", False), ("no_feed", False), ("reserve", False), ("feed_fullcut", True),
     ("no_feed_fullcut", True), ("reserve_fullcut", True)],
)  # fmt: skip
def test_every_cut_cuts_once(type_: str, full: bool) -> None:
    attribute = f' type="{type_}"' if type_ else ""
    [cut] = events(f"<text>x&#10;</text><cut{attribute}/>", Cut)
    assert ("full" in repr(cut)) is full


@pytest.mark.parametrize(("attributes", "pin", "ms"), [("", 0, 100), (' drawer="drawer_2" time="pulse_300"', 1, 300)])
def test_a_pulse_opens_the_drawer_that_it_names(attributes: str, pin: int, ms: int) -> None:
    [kick] = events(f"<pulse{attributes}/>", DrawerKick)
    assert (kick.pin, kick.on_ms) == (pin, ms)
    assert not [e for e in draw(rendered("<pulse/>", TM, Options(with_pulse=False)).data, TM).events
                if isinstance(e, DrawerKick)]  # fmt: skip


def test_a_sound_is_heard_and_none_is_not() -> None:
    assert events('<sound pattern="pattern_a" repeat="3" cycle="400"/>', Beep) != []
    assert events('<sound pattern="none"/>', Beep) == []


def test_bytes_of_the_senders_own_obey_the_shops_rule() -> None:
    assert paper("<command>486f6c610a</command><text>x</text>").text[0] == "Hola"
    with pytest.raises(DocumentError) as refused:
        rendered("<command>48</command>", TM, Options(allow_raw=False))
    assert refused.value.category == "RAW"
    with pytest.raises(DocumentError):
        rendered("<command>xyz</command>")


@pytest.mark.parametrize("element", ['<logo key1="48" key2="48"/>', '<vline-begin x="1"/>', "<rotate-begin/>",
                                     '<layout type="label"/>'])  # fmt: skip
def test_what_printers_cannot_do_is_left_out_with_a_warning(element: str) -> None:
    made = rendered(f"{element}<text>total&#10;</text>")
    assert draw(made.data, TM).text == ["total"]
    assert [warned.key for warned in made.warnings] == ["warning.epos_left_out"]


# --- page mode ---

PAGE = '<page><area x="{x}" y="{y}" width="300" height="200"/><direction dir="{dir}"/>{inside}</page>'


def page(inside: str, x: int = 0, y: int = 0, dir: str = "left_to_right") -> str:
    return PAGE.format(x=x, y=y, dir=dir, inside=inside)


def test_lines_and_rectangles_stand_where_the_area_is() -> None:
    found = dots(paper(page('<rectangle x1="0" y1="0" x2="99" y2="49" style="medium"/>', x=40)))
    assert min(x for x, _ in found) == 40
    assert max(x for x, _ in found) == 139
    assert max(y for _, y in found) == 49
    assert len(found) == 100 * 50 - 96 * 46
    assert len(dots(paper(page('<line x1="0" y1="10" x2="99" y2="10" style="thick_double"/>')))) == 800
    assert len(dots(paper(page('<line x1="10" y1="0" x2="10" y2="49"/>')))) == 50


def test_a_direction_turns_text_and_its_lines() -> None:
    level = box(page('<position x="10" y="100"/><text>Hxg</text>'))
    back = box(page('<position x="10" y="100"/><text>Hxg</text>', dir="right_to_left"))
    down = box(page('<position x="10" y="100"/><text>Hxg</text>', dir="top_to_bottom"))
    up = box(page('<position x="10" y="100"/><text>Hxg</text>', dir="bottom_to_top"))
    assert level[3] == back[3] == down[3] == up[3]
    assert level[1:3] == back[1:3] == (down[2], down[1]) == (up[2], up[1])
    assert level[0] < 20 < 250 < back[0] < 300


def test_a_page_is_as_high_as_its_area_and_print_goes_on_behind_it() -> None:
    found = dots(paper(page('<line x1="0" y1="0" x2="9" y2="0"/>') + '<hline x1="0" x2="9"/>'))
    assert sorted({y for _, y in found}) == [0, 200]


def test_a_symbol_on_a_page_is_read_back() -> None:
    assert "hola" in _read(
        paper(page('<position x="20" y="150"/><symbol type="qrcode_model_2" width="4">hola</symbol>'))
    )


# --- what is refused ---

HOSTILE = {
    "billion laughs": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
    "external entity": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    "too many": document("<feed/>" * MAX_ELEMENTS),
    "too deep": document("<page>" * (MAX_DEPTH + 1) + "</page>" * (MAX_DEPTH + 1)),
    "unknown element": document("<print/>"),
    "wrong namespace": document('<text xmlns="urn:other">x</text>'),
    "no document": b"<x/>",
    "other namespace": b'<epos-print xmlns="urn:other"><text>x</text></epos-print>',
    "not closed": document("<text>"),
    "empty": b"",
    "no xml": b"\x1b@total\n",
    "unknown encoding": b'<?xml version="1.0" encoding="klingon"?><x/>',
    "broken base64": document('<image width="8" height="1">*</image>'),
    "too few bytes": document('<image width="80" height="80">AAAA</image>'),
    "no size": document("<image>AAAA</image>"),
    "huge": document('<image width="65535" height="65535">AAAA</image>'),
    "value": document('<text width="9">x</text>'),
    "number": document('<feed line="-1"/>'),
    "text beside": document("total"),
    "page outside of a page": document("<area/>"),
    "page in a page": document("<page><page/></page>"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_with_a_reason(name: str) -> None:
    with pytest.raises(DocumentError) as refused:
        FORMATS.read("epos", HOSTILE[name]).render(TM, Options())
    assert refused.value.text("es") != refused.value.text("en")


@given(st.lists(st.sampled_from(sorted(ELEMENTS)), max_size=6), st.text(max_size=8))
def test_any_row_of_elements_is_printed_or_refused_and_keeps_its_body(names: list[str], text: str) -> None:
    from xml.sax.saxutils import escape

    inside = "".join(f"<{name}>{escape(text)}</{name}>" for name in names)
    try:
        ticket = FORMATS.read("epos", document(inside))
        ticket.render(TM, Options())
    except DocumentError:
        return
    assert FORMATS.read("epos", ticket.body).body == ticket.body


def test_what_follows_a_heading_looks_as_before() -> None:
    ticket = FORMATS.read("epos", document("<text>total&#10;</text>"))
    again = FORMATS.read("epos", ticket.headed("REIMPRESIÓN").body)
    assert draw(again.render(TM, Options()).data, TM).text == [" REIMPRESIÓN", "total"]
