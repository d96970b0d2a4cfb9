"""Independent readers: what a scanner would make of a picture of paper."""

from __future__ import annotations

import io
import shutil
import subprocess
from typing import NamedTuple

import zxingcpp
from PIL import Image


class Found(NamedTuple):
    """A symbol as a reader names and reads it."""

    kind: str
    text: str


def zxing(png: bytes) -> list[Found]:
    """What zxing-cpp reads."""
    picture = Image.open(io.BytesIO(png)).convert("L")
    codes = zxingcpp.read_barcodes(picture, text_mode=zxingcpp.TextMode.Plain)
    return [Found(str(code.format), code.text) for code in codes]


ZBAR = shutil.which("zbarimg")


def zbar(png: bytes, symbology: str) -> list[str]:
    """What zbarimg reads when told to look for `symbology` only (its own name: "ean13", "code128", "qrcode" …)."""
    assert ZBAR is not None
    command = [ZBAR, "-q", "--raw", "-Sdisable", f"-S{symbology}.enable", "-"]
    done = subprocess.run(command, input=png, capture_output=True, check=False)
    return done.stdout.decode().splitlines()
