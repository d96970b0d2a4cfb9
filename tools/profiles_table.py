"""Write the table of printers in docs/profiles.md from the profiles themselves.

python tools/profiles_table.py
"""

from __future__ import annotations

from pathlib import Path

from ticket_daemon.poster.profile.catalogue import find, names
from ticket_daemon.poster.profile.model import Profile

PAGE = Path(__file__).parents[1] / "docs/profiles.md"
START, END = "<!-- table -->", "<!-- /table -->"
HEAD = (
    "printer",
    "paper mm",
    "dots",
    "dpi",
    "columns A / B",
    "code pages",
    "cutter",
    "drawer",
    "QR",
    "status",
    "notes",
)


def row(profile: Profile) -> tuple[str, ...]:
    return (
        f"{profile.vendor} {profile.name}" if profile.vendor != "Generic" else profile.name,
        str(profile.paper_mm),
        str(profile.dots),
        str(profile.dpi),
        f"{profile.columns('A')} / {profile.columns('B')}",
        str(len(profile.code_pages)),
        "–" if profile.cutter == "none" else profile.cutter,
        "yes" if profile.drawer else "–",
        "yes" if profile.qr else "–",
        ", ".join(profile.status) or "–",
        profile.notes,
    )


def table() -> str:
    """The table, as it stands between the marks."""
    profiles = [found for name in names() if (found := find(name)) is not None]
    lines = [HEAD, tuple("---" for _ in HEAD), *map(row, profiles)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def page(text: str) -> str:
    """The page with the table in its place."""
    before, _, rest = text.partition(START)
    return f"{before}{START}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
