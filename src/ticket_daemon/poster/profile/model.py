"""What a printer can do: its dots, fonts, code pages, cutter, symbols and ways of answering.

It knows capabilities as data; it does not know destinations, links or documents' commands. It promises that a
profile is complete (every question the renderer asks has an answer) and frozen.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, field

#: Dots that a paper of so many mm prints across at 203 dpi (8 dots per mm). 58 and 80 mm: Epson and the makers of
#: cheap printers alike print 48 and 72 mm; the others keep the same 8 to 10 mm of margin.
PAPER_DOTS_203: Final = {58: 384, 72: 512, 80: 576, 100: 736, 112: 832, 120: 896}

Font = Literal["A", "B"]
Dots = Annotated[int, Meta(ge=1, le=4096)]
DoubleByte = Literal["euc_kr", "gb18030", "big5", "shift_jis"]  #: as Python's codecs are called
StatusWay = Literal["dle_eot", "asb", "gs_r", "gs_i", "process_id"]


class CharacterCell(Struct, frozen=True):
    """A font's character cell in dots."""

    width: Dots
    height: Dots


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """One printer model's capabilities.

    `code_pages` maps a code page's name to the printer's ESC t number, in order of preference; the first is tried
    first where the document asks for none. `barcodes` are the symbologies of its own GS k.
    """

    name: str
    vendor: str = "Generic"
    aliases: tuple[str, ...] = ()
    paper_mm: Annotated[int, Meta(ge=10, le=300)] = 80
    dots: Annotated[int, Meta(ge=64, le=4096, multiple_of=8)] = 576  #: across the paper; whole bytes
    dpi: Annotated[int, Meta(ge=50, le=1200)] = 203
    font_a: CharacterCell = CharacterCell(12, 24)
    font_b: CharacterCell = CharacterCell(9, 17)
    default_font: Font = "A"  #: what ESC @ leaves set
    size_command: Literal["gs_exclamation", "esc_exclamation"] = "gs_exclamation"  #: GS ! up to 8x8, ESC ! up to 2x2
    inverse: bool = True  #: knows GS B
    colors: Literal[1, 2] = 1  #: of its ribbon or paper, which ESC r selects
    line_spacing: Dots = 30  #: dots, after ESC 2
    feed_units: Annotated[float, Meta(ge=0.5, le=4)] = 1  #: vertical motion units (ESC J, ESC 3) to a dot
    code_pages: dict[str, Annotated[int, Meta(ge=0, le=255)]] = field(default_factory=lambda: {"PC437": 0})
    default_code_page: str = "PC437"  #: what ESC @ leaves set
    kanji: bool = False  #: starts in multi-byte mode, which FS . leaves
    double_byte: DoubleByte | None = None  #: what multi-byte mode prints; None: ideographs and Hangul are drawn
    cutter: Literal["none", "partial", "full"] = "partial"
    feed_to_cutter: bool = True  #: knows GS V 65/66
    cutter_distance: Annotated[int, Meta(ge=0, le=4096)] = 0  #: dots of paper between head and blade, fed by GS V 65/66
    drawer: bool = True
    buzzer: Literal["none", "esc_b", "esc_paren_a"] = "esc_b"
    barcodes: tuple[str, ...] = ()
    qr: bool = True
    pdf417: bool = False
    datamatrix: bool = False
    aztec: bool = False
    drawn_symbols: bool = True  #: its dots are fine enough for readers to read a symbol that is drawn of them
    image: Literal["raster", "graphics", "column"] = "raster"  #: GS v 0, GS ( L, ESC *
    strip_rows: Literal[24, 8] = 24  #: rows of one ESC *: m 33, or m 1 of impact heads
    row_dots: Annotated[int, Meta(ge=1, le=4)] = 1  #: height of a picture's row; impact heads feed finer than pins
    band_rows: Dots = 128  #: rows of one GS v 0 that its buffer survives
    status: tuple[StatusWay, ...] = ()
    passthrough: bool = False  #: speaks no ESC/POS: ready bytes go to it unread, and nothing else does
    notes: str = ""

    def cell(self, font: str) -> CharacterCell:
        """The cell of font "A" or "B", in dots."""
        return self.font_b if font == "B" else self.font_a

    @property
    def impact(self) -> bool:
        """A head of pins. Such printers know no command for graphics but ESC *."""
        return self.strip_rows == 8

    @property
    def largest_size(self) -> int:
        """How many times a character can be as wide, or as high."""
        return 8 if self.size_command == "gs_exclamation" else 2

    def columns(self, font: str = "A") -> int:
        """Characters of single width on a line."""
        return max(1, self.dots // self.cell(font).width)


def paper_dots(paper_mm: int, dpi: int) -> int:
    """Printable dots across a paper of `paper_mm` at `dpi`, a whole number of bytes."""
    return PAPER_DOTS_203[paper_mm] * dpi // 203 // 8 * 8
