"""The printers known by name, and what a document's own profile changes in them."""

from __future__ import annotations

import pytest

from ticket_daemon.errors import ProfileFileError
from ticket_daemon.poster.document.model import SYMBOLOGIES, ProfileRequest
from ticket_daemon.poster.profile.catalogue import (
    find,
    generic,
    load,
    names,
    nearest,
    requested,
)
from ticket_daemon.poster.profile.code_pages import canonical, code_page
from ticket_daemon.poster.profile.model import Profile

PAPERS = (58, 72, 80, 100, 112, 120)
EXPECTED = (
    "Generic 58mm", "Generic 80mm", "80mm EC-PM-80250", "58mm PT-210", "58mm GP-58N", "TM-T20", "TM-T20II",
    "TM-T20III", "TM-T70", "TM-T70II", "TM-T81", "TM-T82", "TM-T88II", "TM-T88III", "TM-T88IV", "TM-T88V",
    "TM-T88VI", "TM-T88VII", "TM-m10", "TM-m30", "TM-m30II", "TM-m30III", "TM-m50", "TM-L90", "TM-P20", "TM-P60",
    "TM-P80", "TM-U220", "Star TSP143", "TSP650II", "mC-Print2", "mC-Print3", "SRP-330II", "SRP-350III",
    "SRP-350plus", "SRP-Q300", "CT-S310II", "CT-S601", "CT-S801", "CT-E351", "CT-E651", "XP-58IIH", "XP-80C",
    "XP-N160II", "XP-Q200", "Sunmi V2", "Sunmi V2 Pro", "Sunmi T2", "NT311",
)  # fmt: skip


def profiles() -> list[Profile]:
    return [found for name in names() if (found := find(name)) is not None]


@pytest.mark.parametrize("name", EXPECTED)
def test_known_by_name(name: str) -> None:
    assert find(name) is not None


def test_at_least_thirty_models_beside_the_generic_ones() -> None:
    assert sum(not name.startswith("Generic") for name in names()) >= 30


@pytest.mark.parametrize("profile", profiles(), ids=lambda p: p.name)
def test_every_profile_is_sound(profile: Profile) -> None:
    assert profile.dots % 8 == 0
    assert 20 <= profile.columns("A") <= 90
    assert profile.columns("A") != 0
    assert profile.paper_mm in PAPERS
    assert profile.code_pages
    for page, number in profile.code_pages.items():
        assert canonical(page) == page
        assert code_page(page).upper
        assert 0 <= number <= 255
    assert len(set(profile.code_pages.values())) == len(profile.code_pages)
    assert code_page(profile.default_code_page)
    assert set(profile.barcodes) <= set(SYMBOLOGIES.values())
    assert profile.dots <= profile.paper_mm / 25.4 * profile.dpi
    assert (profile.cutter_distance == 0) == (profile.cutter == "none")


@pytest.mark.parametrize("profile", profiles(), ids=lambda p: p.name)
def test_spanish_needs_no_picture_and_the_euro_a_page_or_a_raster(profile: Profile) -> None:
    assert all(any(char in code_page(page) for page in profile.code_pages) for char in "ñá¿")
    assert any("€" in code_page(page) for page in profile.code_pages) or profile.image == "raster"


def test_the_five_of_the_first_clients() -> None:
    expected = {
        "Generic 58mm": (384, 32, False, "none"),
        "Generic 80mm": (576, 48, False, "partial"),
        "80mm EC-PM-80250": (576, 48, True, "partial"),
        "58mm PT-210": (384, 32, True, "none"),
        "58mm GP-58N": (384, 32, False, "none"),
    }
    for name, facts in expected.items():
        profile = find(name)
        assert profile is not None
        assert (profile.dots, profile.columns("A"), profile.qr, profile.cutter) == facts


def test_epson_columns() -> None:
    for name, columns in (("TM-T88V", (42, 56)), ("TM-T20II", (48, 64)), ("TM-m30", (48, 57)), ("TM-U220", (33, 40))):
        profile = find(name)
        assert profile is not None
        assert (profile.columns("A"), profile.columns("B")) == columns


@pytest.mark.parametrize("name", ["tm t20ii", "EPSON TM-T20II", "Epson_TM.T20 II", "TM-T20II"])
def test_case_punctuation_and_vendor_do_not_matter(name: str) -> None:
    profile = find(name)
    assert profile is not None
    assert profile.name == "TM-T20II"


def test_no_name_or_alias_means_two_printers() -> None:
    seen: dict[str, str] = {}
    for profile in profiles():
        for word in {profile.name, f"{profile.vendor} {profile.name}", *profile.aliases}:
            folded = "".join(c for c in word.casefold() if c.isalnum())
            assert seen.setdefault(folded, profile.name) == profile.name, word


def test_an_unknown_name_finds_its_neighbours() -> None:
    assert find("TM-T2O") is None
    assert "TM-T20" in nearest("TM-T2O")
    assert nearest("xyzzy-nothing") == []


def test_only_models_on_epsons_list_answer_a_process_id() -> None:
    for profile in profiles():
        if "process_id" in profile.status:
            assert profile.vendor == "Epson"
    for name in ("TM-T88III", "TM-T88II", "TM-U220"):
        profile = find(name)
        assert profile is not None
        assert "process_id" not in profile.status


@pytest.mark.parametrize("paper_mm", PAPERS)
def test_generic_by_paper(paper_mm: int) -> None:
    assert generic(paper_mm).paper_mm == paper_mm


# --- requests ---


def test_a_request_that_only_names_the_model_gives_the_very_profile() -> None:
    profile, warnings = requested(ProfileRequest("TM-T20II"))
    assert profile is find("TM-T20II")
    assert warnings == ()


def test_an_unknown_model_is_printed_as_generic_with_a_warning() -> None:
    profile, warnings = requested(ProfileRequest("Acme 3000", paper_width=58))
    assert profile is generic(58)
    assert [w.key for w in warnings] == ["profile.unknown_generic"]
    assert "Acme 3000" in warnings[0].text("es")


def test_the_destination_goes_before_the_model_named() -> None:
    base = generic(58)
    profile, warnings = requested(ProfileRequest("Acme 3000"), base)
    assert profile is base
    assert warnings == ()


def test_paper_of_the_same_width_leaves_the_dots() -> None:
    assert requested(ProfileRequest("TM-T88V", paper_width=80))[0].dots == 512
    assert requested(ProfileRequest("TM-T88V", paper_width=58))[0].dots == 336
    assert requested(ProfileRequest("Generic 80mm", paper_width=58))[0].dots == 384


def test_width_dpi_and_qr_go_over_the_profile() -> None:
    profile, _ = requested(ProfileRequest("Generic 80mm", width=500, has_qr=True))
    assert (profile.dots, profile.qr) == (496, True)
    profile, _ = requested(ProfileRequest("Generic 80mm", dpi=300))
    assert (profile.dpi, profile.dots) == (300, 848)


def test_a_code_table_the_printer_has_becomes_the_first() -> None:
    profile, warnings = requested(ProfileRequest("TM-T20II", code_table="pc852"))
    assert next(iter(profile.code_pages)) == "PC852"
    assert set(profile.code_pages) == set(generic_pages("TM-T20II"))
    assert warnings == ()


@pytest.mark.parametrize("table", ["PC852", "nonsense"])
def test_a_code_table_the_printer_lacks_is_warned_of(table: str) -> None:
    profile, warnings = requested(ProfileRequest("MPT-II", code_table=table))
    assert profile is find("MPT-II")
    assert [w.key for w in warnings] == ["profile.no_code_table"]


def test_two_destinations_with_equal_profiles_are_not_confused() -> None:
    request = ProfileRequest("x", has_qr=True)
    first, second = load('[profile.A]\nextends="TM-T20"\n[profile.B]\nextends="MPT-II"').values()
    assert requested(request, first)[0].name == "A"
    assert requested(request, second)[0].name == "B"
    assert requested(request, first)[0] is requested(request, first)[0]


def generic_pages(name: str) -> dict[str, int]:
    profile = find(name)
    assert profile is not None
    return profile.code_pages


# --- a shop's own file ---

OWN = """
vendor = "Acme"

[profile."Acme 3000"]
extends = "TM-T20II"
paper_mm = 58
dots = 384
aliases = ["the red one"]
code_pages = { "windows-1252" = 71, PC437 = 0 }
"""


def test_a_shops_own_file_adds_a_printer() -> None:
    own = load(OWN)
    profile = find("the RED one", own)
    assert profile is not None
    assert (profile.vendor, profile.name, profile.dots, profile.dpi) == ("Acme", "Acme 3000", 384, 203)
    assert profile.code_pages == {"WPC1252": 71, "PC437": 0}
    assert find("the red one") is None
    assert names(own)[0] == "Acme 3000"
    assert "Acme 3000" in nearest("acme 300", extra=own)


def test_a_shops_own_file_may_change_a_printer_of_ours() -> None:
    own = load('[profile."TM-T20"]\nextends = "TM-T20"\ncutter = "none"')
    profile = find("TM-T20", own)
    assert profile is not None
    assert (profile.cutter, profile.dots, profile.vendor) == ("none", 576, "Epson")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("profile = [", "not valid"),
        ("[printer.x]\n", "printer"),
        ('[profile.x]\nextends = "nobody"', "nobody"),
        ('[profile.x]\nextends = "x"', "x"),
        ('[profile.x]\nextends = "y"\n[profile.y]\nextends = "x"', "itself"),
        ("[profile.x]\ndots = 'many'", "dots"),
        ("[profile.x]\ndots = 577", "dots"),
        ("[profile.x]\nspeed = 3", "speed"),
        ('[profile.x]\ncode_pages = "martian"', "martian"),
        ("[profile.x]\ncode_pages = 3", "code_pages"),
        ("[profile.x.code_pages]\nPC9999 = 3", "PC9999"),
        ("[profile.x.code_pages]\nPC437 = 300", "255"),
        ("profile = 3", "profile"),
        ("[profile]\nx = 3", "x"),
    ],
)
def test_a_fault_in_a_file_is_named(text: str, says: str) -> None:
    with pytest.raises(ProfileFileError, match=says):
        load(text)
