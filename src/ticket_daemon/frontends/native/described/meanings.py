"""What the document's fields mean, in the words that an editor shows beside them.

It knows the document's components by name, and sentences; it does not know their types or limits. A test promises that
every field of every component has its sentence here, and that no sentence is left over.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_ALIGN: Final = "Where on the paper."
_PEOPLE: Final = "A line of text for people below it."
_BASE64_PICTURE: Final = "base64 of a picture file"

#: Component -> what it is.
COMPONENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Document": "A whole ticket. It is refused or printed whole.",
        "ProfileRequest": "Which printer the ticket was made for; what is given goes over what is known of the model.",
        "TextCommand": "A line of text.",
        "ImageCommand": "A picture.",
        "BarcodeCommand": "A barcode.",
        "QrCommand": "A QR symbol.",
        "TableCommand": "Rows under columns.",
        "SeparatorCommand": "A rule across the paper.",
        "FeedCommand": "Empty lines.",
        "CutCommand": "Cut the paper; a printer without a cutter feeds instead.",
        "RawCommand": "The printer's own bytes, for what the document cannot say.",
        "PulseCommand": "Open the cash drawer, once for each job.",
        "BeepCommand": "Sound the buzzer.",
        "Pdf417Command": "A PDF417 symbol (document 1.1).",
        "DataMatrixCommand": "A Data Matrix symbol (document 1.1).",
        "AztecCommand": "An Aztec symbol (document 1.1).",
        "ColumnsCommand": "Cells side by side, each with its own style (document 1.1).",
        "Definition": "A table's columns.",
        "TableOptions": "How a table is laid out.",
        "Column": "A column of a table.",
        "Table": "Rows under columns: `definition`, or its short form `columns`, is required.",
        "Image": "A picture; transparency prints as white.",
        "Barcode": "A barcode. What would be wider than the paper is refused.",
        "Qr": "A QR symbol, by the printer itself where it can.",
        "Separator": "A rule.",
        "Feed": "Empty lines.",
        "Cut": "A cut.",
        "Beep": "A sound.",
        "Raw": "Bytes, 1 to 4,096.",
        "Columns": "One row of cells.",
    }
)

#: Component -> field -> what it is.
FIELDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "Document": {
            "version": "1.0, or 1.1 for the commands that came with it.",
            "profile": "Which printer the ticket was made for.",
            "commands": "Printed in this order.",
            "debug_log": "Accepted, and has no effect.",
        },
        "ProfileRequest": {
            "model": "A printer model, or the name of a configured printer.",
            "paper_width": "Millimetres.",
            "code_table": "The code page to prefer.",
            "dpi": "Dots per inch.",
            "has_qr": "Whether to use the printer's own QR command.",
            "width": "Printable dots.",
            "supports_qr": "Short for `has_qr`.",
        },
        "Style": {
            "bold": "Bold.",
            "size": "Width x height, each 1 to 8.",
            "underline": "How thick; true is 1pt.",
            "inverse": "White on black.",
            "font": "B is the smaller one.",
            "align": "Means the text's own `align`.",
        },
        "Content": {"text": "Any Unicode.", "content_style": "How it looks.", "align": _ALIGN},
        "Label": {
            "text": "Any Unicode.",
            "label_style": "How it looks.",
            "separator": "Between label and content.",
            "align": "Of the whole line; goes before the content's.",
        },
        "Text": {
            "content": "The text; a plain text is its short form.",
            "label": "Printed before the content on the same line.",
            "new_line": "False: the next text goes on in the same line.",
            "style": "Short for `content.content_style`.",
            "content_style": "Another word for `style`.",
            "label_style": "Short for `label.label_style`.",
            "align": "Short for `content.align`.",
            "newline": "Short for `new_line`.",
        },
        "Column": {
            "width": "Characters.",
            "name": "What stands over it; required, here or as `header`.",
            "header": "Another word for `name`.",
            "align": "Of its cells.",
        },
        "Definition": {
            "columns": "From left to right.",
            "paper_width": "Characters the table may take; without it, the paper's.",
        },
        "TableOptions": {
            "header_bold": "Names of columns in bold.",
            "word_wrap": "Break long cells between words; false: anywhere.",
            "column_spacing": "Empty characters between two columns.",
            "align": "Of the table on the paper.",
            "font": "B is the smaller one.",
            "auto_reduce": "Make the widest columns narrower where the table is too wide; false: refuse it.",
        },
        "Table": {
            "definition": "The columns.",
            "rows": "Lists of cells; missing ones at the end are empty.",
            "show_headers": "Print the names of the columns.",
            "options": "How it is laid out.",
            "columns": "Short for `definition.columns`.",
        },
        "Image": {
            "code": f"The picture: {_BASE64_PICTURE} (PNG, JPEG, BMP, GIF, WebP), also as a data: URL.",
            "format": "A hint; the bytes themselves say what they are.",
            "pixel_width": "Dots; 256 where absent, never wider than the paper.",
            "align": _ALIGN,
            "threshold": "Darker is black.",
            "dithering": "`threshold` for line art.",
            "scaling": "`nns` for pixel art.",
            "width": "Short for `pixel_width`.",
        },
        "Barcode": {
            "symbology": "Which kind, whatever its case.",
            "data": "What it says; a check digit is added where missing and verified where there.",
            "width": "Dots of the narrowest bar.",
            "height": "Dots.",
            "hri_position": "Where the text for people stands.",
            "hri_font": "The font of the text for people.",
            "align": _ALIGN,
        },
        "Qr": {
            "data": "What it says.",
            "human_text": _PEOPLE,
            "pixel_width": "Dots it may take with the white around it; 256 where absent.",
            "correction": "How much of it may be unreadable: L 7 %, M 15 %, Q 25 %, H 30 %.",
            "align": _ALIGN,
            "logo": f"In its middle: {_BASE64_PICTURE}.",
            "circle_shape": "Round modules.",
            "width": "Short for `pixel_width`.",
        },
        "Symbol2D": {
            "data": "What it says.",
            "pixel_width": "Dots it may take.",
            "align": _ALIGN,
            "human_text": _PEOPLE,
        },
        "Separator": {
            "char": "Repeated.",
            "length": "Columns; the paper's where absent.",
            "align": "Of one shorter than the paper.",
        },
        "Feed": {"lines": "How many."},
        "Cut": {"mode": "Partial leaves a bridge.", "feed": "Lines before the cut."},
        "Pulse": {
            "pin": "0: connector pin 2, 1: pin 5.",
            "on_time": "Milliseconds.",
            "off_time": "Milliseconds.",
        },
        "Beep": {"times": "How often.", "lapse": "How long each, in the printer's own unit of some 100 ms."},
        "Raw": {
            "hex": "The bytes; spaces, commas and 0x may stand between.",
            "format": "How the bytes are written.",
            "comment": "For people.",
            "safe_mode": "Refuse what could disturb the printer or make it answer.",
        },
        "Columns": {"cells": "From left to right.", "spacing": "Empty columns between two cells."},
        "Cell": {
            "text": "Any Unicode.",
            "width": "Columns of font A; what is left over is shared where absent.",
            "align": "In its cell.",
            "style": "How it looks.",
        },
    }
)
