"""Draw the Windows icon of the executables from the page's own mark; needs Chromium (`playwright install chromium`).

.venv/bin/python tools/make_icon.py
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT: Final = Path(__file__).resolve().parents[1] / "src" / "ticket_daemon"
MARK: Final = ROOT / "web" / "favicon.svg"
ICON: Final = ROOT / "builder" / "data" / "ticket-daemon.ico"
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
    drawn[-1].save(ICON, sizes=[(size, size) for size in SIZES], append_images=drawn[:-1])


if __name__ == "__main__":
    main()
