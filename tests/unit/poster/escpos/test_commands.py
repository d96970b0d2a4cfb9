"""Each printer command both ways: exactly these bytes, and from these bytes the command again."""

from __future__ import annotations

import pytest

from ticket_daemon.poster.escpos import COMMANDS, Command, Parsed, definitions, memory, page, parse
from ticket_daemon.poster.escpos import characters as c
from ticket_daemon.poster.escpos import graphics as g
from ticket_daemon.poster.escpos import mechanics as me
from ticket_daemon.poster.escpos import status as s
from ticket_daemon.poster.escpos import symbols as y

BMP = "42 4D 08 00 00 00 78 79"

EXAMPLES: list[tuple[Command, str]] = [
    (
        g.WindowsBitmap(48, 83, 48, b"AB", 48, 49, bytes.fromhex(BMP)),
        "1D 44 30 53 30 41 42 30 31 42 4D 08 00 00 00 78 79",
    ),
    (g.TallImage(48, 2, 1, b"ab"), "1D 51 30 30 02 00 01 00 61 62"),
    (s.PeripheralStatus(0), "1B 75 00"),
    (s.SensorStatus(), "1B 76"),
    # characters and lines
    (c.Print(b"Hola \xa4"), "48 6F 6C 61 20 A4"),
    (c.LineFeed(), "0A"),
    (c.CarriageReturn(), "0D"),
    (page.FormFeed(), "0C"),
    (page.Cancel(), "18"),
    (c.Tab(), "09"),
    (c.Initialize(), "1B 40"),
    (c.Emphasis(1), "1B 45 01"),
    (c.DoubleStrike(1), "1B 47 01"),
    (c.Underline(50), "1B 2D 32"),
    (c.PrintMode(0x38), "1B 21 38"),
    (c.CharacterSize(0x11), "1D 21 11"),
    (c.Inverse(1), "1D 42 01"),
    (c.SelectFont(1), "1B 4D 01"),
    (c.Justify(2), "1B 61 02"),
    (c.SelectCodePage(16), "1B 74 10"),
    (c.InternationalSet(0), "1B 52 00"),
    (c.RightSpacing(3), "1B 20 03"),
    (c.Smoothing(1), "1D 62 01"),
    (c.UpsideDown(1), "1B 7B 01"),
    (c.Rotate(1), "1B 56 01"),
    (c.SelectColor(1), "1B 72 01"),
    (c.FeedLines(255), "1B 64 FF"),
    (c.FeedDots(24), "1B 4A 18"),
    (c.ReverseFeed(24), "1B 4B 18"),
    (c.DefaultLineSpacing(), "1B 32"),
    (c.LineSpacing(24), "1B 33 18"),
    (c.SetTabs(b"\x08\x10"), "1B 44 08 10 00"),
    (c.SetTabs(b""), "1B 44 00"),
    (c.AbsolutePosition(0x0102), "1B 24 02 01"),
    (c.RelativePosition(0xFFFF), "1B 5C FF FF"),
    (c.LeftMargin(16), "1D 4C 10 00"),
    (c.PrintWidth(576), "1D 57 40 02"),
    (c.MotionUnits(180, 0), "1D 50 B4 00"),
    (c.EnterKanji(), "1C 26"),
    (c.LeaveKanji(), "1C 2E"),
    (c.KanjiCode(1), "1C 43 01"),
    (c.KanjiPrintMode(4), "1C 21 04"),
    (c.KanjiUnderline(1), "1C 2D 01"),
    (c.KanjiQuadruple(1), "1C 57 01"),
    (page.PageMode(), "1B 4C"),
    (page.StandardMode(), "1B 53"),
    (c.CharacterEffects(b"01"), "1D 28 4E 02 00 30 31"),
    (c.KanjiSpacing(1, 2), "1C 53 01 02"),
    (c.KanjiFont(b"0A"), "1C 28 41 02 00 30 41"),
    (c.CharacterEncoding(b"02"), "1C 28 43 02 00 30 32"),
    (c.LineStart(1), "1D 54 01"),
    (c.Unidirectional(1), "1B 55 01"),
    (c.ReverseLines(2), "1B 65 02"),
    # page mode
    (page.PrintPage(), "1B 0C"),
    (page.PageDirection(3), "1B 54 03"),
    (page.PageArea(1, 2, 0x0102, 4), "1B 57 01 00 02 00 02 01 04 00"),
    (page.AbsoluteY(0x0102), "1D 24 02 01"),
    (page.RelativeY(0xFFFF), "1D 5C FF FF"),
    (page.PageControl(b"0"), "1D 28 50 01 00 30"),
    (page.PageDrawing(b"0"), "1D 28 51 01 00 30"),
    # characters of the sender's own
    (definitions.UseDefined(1), "1B 25 01"),
    (definitions.DefineCharacters(3, 65, 66, (b"abc", b"")), "1B 26 03 41 42 01 61 62 63 00"),
    (definitions.DefineCharacters(0, 65, 66, ()), "1B 26 00 41 42"),
    (definitions.CancelDefined(65), "1B 3F 41"),
    (definitions.DefineKanji(0x77, 0x21, b"\x55" * 72), "1C 32 77 21" + " 55" * 72),
    (definitions.CancelKanji(0x77, 0x21), "1C 3F 77 21"),
    # what the printer keeps
    (memory.Customize(b"\1\1"), "1D 28 4D 02 00 01 01"),
    (memory.RealtimeSwitch(b"\x14\1\0"), "1D 28 44 03 00 14 01 00"),
    (memory.WriteMemory(0, 256, b"A"), "1C 67 31 00 00 01 00 00 01 00 41"),
    (memory.ReadMemory(0, 256, 1), "1C 67 32 00 00 01 00 00 01 00"),
    (memory.ResetCounter(0, 20), "1D 67 30 00 14 00"),
    (memory.TransmitCounter(0, 20), "1D 67 32 00 14 00"),
    (memory.ReceiptEnhancement(b"<"), "1C 28 45 01 00 3C"),
    (memory.PaperLayout(b"!"), "1C 28 4C 01 00 21"),
    (memory.ExtendedStatus(b"3"), "1C 28 65 01 00 33"),
    # cutter, drawer, buzzer
    (me.Cut(0), "1D 56 00"),
    (me.Cut(49), "1D 56 31"),
    (me.Cut(65, 0), "1D 56 41 00"),
    (me.Cut(66, 3), "1D 56 42 03"),
    (me.CutOnePoint(), "1B 69"),
    (me.CutThreePoints(), "1B 6D"),
    (me.Pulse(0, 25, 50), "1B 70 00 19 32"),
    (me.Realtime(1, b"\0\x01"), "10 14 01 00 01"),
    (me.Realtime(2, b"\x01\x08"), "10 14 02 01 08"),
    (me.Realtime(8, b"\x01\x03\x14\x01\x06\x02\x08"), "10 14 08 01 03 14 01 06 02 08"),
    (me.Beep(3, 1), "1B 42 03 01"),
    (me.Buzzer(b"\x30\x31\x02\x05"), "1B 28 41 04 00 30 31 02 05"),
    (me.Buzzer(b"\x61\x64\x01\x02\x02"), "1B 28 41 05 00 61 64 01 02 02"),
    (me.SelectPeripheral(1), "1B 3D 01"),
    (me.PanelButtons(0), "1B 63 35 00"),
    (me.PaperEndSensors(3), "1B 63 33 03"),
    (me.StopSensors(0), "1B 63 34 00"),
    (me.PrintSpeed(b"\x32\x05"), "1D 28 4B 02 00 32 05"),
    (memory.UserSetup(b"\x01IN"), "1D 28 45 03 00 01 49 4E"),
    (me.PrintSheet(b"\x00\x02"), "1D 28 41 02 00 00 02"),
    (me.MacroMark(), "1D 3A"),
    (me.MacroRun(2, 5, 0), "1D 5E 02 05 00"),
    # pictures
    (g.RasterImage(0, 2, 3, b"abcdef"), "1D 76 30 00 02 00 03 00 61 62 63 64 65 66"),
    (g.Graphics(b"\x30\x32"), "1D 28 4C 02 00 30 32"),
    (g.LargeGraphics(b"\x30\x70"), "1D 38 4C 02 00 00 00 30 70"),
    (g.BitImage(0, 2, b"ab"), "1B 2A 00 02 00 61 62"),
    (g.BitImage(33, 1, b"abc"), "1B 2A 21 01 00 61 62 63"),
    (g.DefineDownloadedImage(1, 1, b"12345678"), "1D 2A 01 01 31 32 33 34 35 36 37 38"),
    (g.PrintDownloadedImage(0), "1D 2F 00"),
    (g.DefineStoredImages(((1, 1, b"12345678"),)), "1C 71 01 01 00 01 00 31 32 33 34 35 36 37 38"),
    (g.PrintStoredImage(1, 0), "1C 70 01 00"),
    (memory.UserMemory(b"\x00\x03"), "1D 28 43 02 00 00 03"),
    # barcodes and symbols
    (y.BarcodeHeight(64), "1D 68 40"),
    (y.BarcodeWidth(3), "1D 77 03"),
    (y.HriPosition(2), "1D 48 02"),
    (y.HriFont(0), "1D 66 00"),
    (y.Barcode(2, b"590123412345"), "1D 6B 02 35 39 30 31 32 33 34 31 32 33 34 35 00"),
    (y.Barcode(73, b"{B1\x00"), "1D 6B 49 04 7B 42 31 00"),
    (y.Symbol(b"1A2\0"), "1D 28 6B 04 00 31 41 32 00"),
    (y.Symbol(b"1C\x03"), "1D 28 6B 03 00 31 43 03"),
    (y.Symbol(b"1P0data"), "1D 28 6B 07 00 31 50 30 64 61 74 61"),
    (y.Symbol(b"1Q0"), "1D 28 6B 03 00 31 51 30"),
    # questions
    (s.RealtimeStatus(1), "10 04 01"),
    (s.RealtimeRequest(2), "10 05 02"),
    (s.AutoStatus(15), "1D 61 0F"),
    (s.TransmitStatus(1), "1D 72 01"),
    (s.TransmitId(67), "1D 49 43"),
    (s.Response.process_id(b"0001"), "1D 28 48 06 00 30 30 30 30 30 31"),
    (s.Response(b"11\x02"), "1D 28 48 03 00 31 31 02"),
]


@pytest.mark.parametrize(("command", "hexa"), EXAMPLES, ids=[hexa for _, hexa in EXAMPLES])
def test_command_is_these_bytes_and_these_bytes_are_the_command(command: Command, hexa: str) -> None:
    data = bytes.fromhex(hexa)
    assert command.encode() == data
    assert parse(data) == [Parsed(command, 0, len(data))]


def test_every_command_has_an_example() -> None:
    assert {type(command) for command, _ in EXAMPLES} == {*COMMANDS, c.Print}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_name_is_the_manuals_and_fits_the_bytes(command: type[Command]) -> None:
    letters = {
        "ESC": b"\x1b", "GS": b"\x1d", "FS": b"\x1c", "DLE": b"\x10", "EOT": b"\x04", "ENQ": b"\x05", "DC4": b"\x14",
        "SP": b" ", "LF": b"\n", "CR": b"\r", "FF": b"\x0c", "CAN": b"\x18", "HT": b"\t",
    }  # fmt: skip
    code, _, meaning = command.NAME.partition(" – ")
    assert meaning
    assert b"".join(letters.get(word, word.encode()) for word in code.split()) == command.PREFIX


def test_no_command_begins_as_another_does() -> None:
    prefixes = [command.PREFIX for command in COMMANDS]
    assert len(set(prefixes)) == len(prefixes)
    assert not [(a, b) for a in prefixes for b in prefixes if a != b and b.startswith(a)]
