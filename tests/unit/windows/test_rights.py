"""Who may do what with a service's files on Windows, judged from SIDs and masks."""

from __future__ import annotations

from pathlib import PureWindowsPath

import pytest

from ticket_daemon.machine.windows.rights import (
    Entry,
    everybodys,
    folder_descriptor,
    is_in_a_profile,
    is_trusted,
    service_sid,
)

EVERYONE, USERS, ANA = "S-1-1-0", "S-1-5-32-545", "S-1-5-21-1-2-3-1001"
SYSTEM, ADMINISTRATORS = "S-1-5-18", "S-1-5-32-544"
FULL, MODIFY, READ_EXECUTE, ADD_FOLDER = 0x1F01FF, 0x1301BF, 0x1200A9, 0x0004


def test_the_sid_of_a_services_account_is_windows_own() -> None:
    """The one that every Windows has: `sc showsid TrustedInstaller`."""
    assert service_sid("TrustedInstaller") == ("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464")
    assert service_sid("trustedinstaller") == service_sid("TRUSTEDINSTALLER")


def test_the_folder_is_the_systems_the_administrators_and_the_services_alone() -> None:
    text = folder_descriptor("S-1-5-80-1")
    assert text == "O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;S-1-5-80-1)"
    assert folder_descriptor(SYSTEM) == "O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"


def test_a_folder_that_a_user_made_before_is_not_taken_over() -> None:
    assert not is_trusted(ANA, ["S-1-5-80-1"])
    assert is_trusted(ANA, [ANA])  # the administrator who installs
    assert is_trusted(ADMINISTRATORS, [])


@pytest.mark.parametrize(
    ("entries", "changed", "taken_away"),
    [
        ([Entry(SYSTEM, FULL), Entry(ADMINISTRATORS, FULL), Entry(USERS, READ_EXECUTE)], False, False),
        ([Entry("S-1-5-11", MODIFY)], True, True),  # C:\x
        ([Entry(USERS, ADD_FOLDER)], True, False),  # C:\ProgramData
        ([Entry(EVERYONE, 0x10000000)], True, True),
        ([Entry(EVERYONE, FULL, 0x08 | 0x03)], False, False),  # for what is made in it, not for it
    ],
)
def test_what_any_user_can_change_or_take_away(entries: list[Entry], changed: bool, taken_away: bool) -> None:
    assert everybodys(entries) is changed
    assert everybodys(entries, above=True) is taken_away


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        (r"C:\Users\ana\Downloads\ticket-daemon.exe", True),
        (r"c:\users\ana\AppData\Local\Programs\Python\Python313\python.exe", True),
        (r"C:\Program Files\TicketServicio\ticket-daemon.exe", False),
        (r"C:\UsersOfOurs\ticket-daemon.exe", False),
    ],
)
def test_a_persons_own_folders_are_known(path: str, inside: bool) -> None:
    assert is_in_a_profile(PureWindowsPath(path), PureWindowsPath(r"C:\Users")) is inside
