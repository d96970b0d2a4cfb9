"""Draw the Windows icon and the installer's side picture from the page's own mark; needs Chromium.

.venv/bin/python tools/make_icon.py
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import sync_playwright

HERE: Final = Path(__file__).resolve().parent
PACKAGE: Final = HERE.parent / "src" / "ticket_daemon"
MARK: Final = PACKAGE / "web" / "favicon.svg"
ICON: Final = PACKAGE / "builder" / "data" / "ticket-daemon.ico"
SIDE: Final = HERE / "windows" / "installer.bmp"
#: The welcome page's picture: its size in NSIS' pages at 100 %, the mark in it, the page's own dark green.
SIDE_SIZE: Final = (164, 314)
SIDE_MARK: Final = 96
SIDE_COLOUR: Final = (11, 77, 66)
#: What Windows shows: lists, the taskbar, the installer, large icons.
SIZES: Final = (16, 24, 32, 48, 64, 256)


def main() -> None:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": max(SIZES), "height": max(SIZES)})
        page.set_content(f"<style>body{{margin:0}}svg{{width:100vw;height:100vh}}</style>{MARK.read_text('utf-8')}")
        drawn = []
        for size in SIZES:
            page.set_viewport_size({"width": size, "height": size})
            drawn.append(Image.open(io.BytesIO(page.screenshot(omit_background=True))))
        browser.close()
    side = Image.new("RGB", SIDE_SIZE, SIDE_COLOUR)
    mark = drawn[-1].resize((SIDE_MARK, SIDE_MARK))
    side.paste(mark, ((SIDE_SIZE[0] - SIDE_MARK) // 2, SIDE_MARK // 2), mark)
    side.quantize().save(SIDE)
    drawn[-1].save(ICON, sizes=[(size, size) for size in SIZES], append_images=drawn[:-1])


if __name__ == "__main__":
    main()
