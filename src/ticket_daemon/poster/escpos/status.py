"""Commands that ask the printer something, and the meaning of what it answers."""

from __future__ import annotations

from typing import Final

from ticket_daemon.poster.escpos.base import DLE, ESC, GS, ByteCommand, Command, FunctionCommand


class RealtimeStatus(ByteCommand, frozen=True):
    """n 1 printer, 2 offline cause, 3 error cause, 4 roll sensor; answered at once, even offline."""

    NAME, PREFIX = "DLE EOT – transmit real-time status", DLE + b"\x04"


class RealtimeRequest(ByteCommand, frozen=True):
    """n 0 act as the feed button, 1 retry the line after an error, 2 clear the buffers and recover."""

    NAME, PREFIX = "DLE ENQ – send real-time request to printer", DLE + b"\x05"


class AutoStatus(ByteCommand, frozen=True):
    """n bit 0 drawer, 1 online, 2 error, 3 paper, 6 panel; four bytes now and at every change."""

    NAME, PREFIX = "GS a – enable/disable Automatic Status Back (ASB)", GS + b"a"


class TransmitStatus(ByteCommand, frozen=True):
    """n 1/49 paper sensor, 2/50 drawer; answered in its turn, after what was sent before it."""

    NAME, PREFIX = "GS r – transmit status", GS + b"r"


class TransmitId(ByteCommand, frozen=True):
    """n 1/49 model byte, 2/50 type byte, 3/51 firmware byte, 65 firmware, 66 maker, 67 model, 68 serial number."""

    NAME, PREFIX = "GS I – transmit printer ID", GS + b"I"


class PeripheralStatus(ByteCommand, frozen=True):
    """Of old models: the drawer's switch."""

    NAME, PREFIX = "ESC u – transmit peripheral device status", ESC + b"u"


class SensorStatus(Command, frozen=True):
    """Of old models."""

    NAME, PREFIX = "ESC v – transmit paper sensor status", ESC + b"v"


class Response(FunctionCommand, frozen=True):
    """`data` fn m …: fn 48 m 48 process id d1-d4 (20h-7Eh), answered 37 22 d1-d4 00 when printed; fn 49 offline."""

    NAME, PREFIX = "GS ( H – request transmission of response or status", GS + b"(H"

    @classmethod
    def process_id(cls, identity: bytes) -> Response:
        """Ask to be told `identity` (four bytes 20h-7Eh) when everything before this has been printed."""
        return cls(b"00" + identity)


COMMANDS: Final[tuple[type[Command], ...]] = (
    RealtimeStatus, RealtimeRequest, AutoStatus, TransmitStatus, TransmitId, PeripheralStatus, SensorStatus,
    Response,
)  # fmt: skip
