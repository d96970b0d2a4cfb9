"""Who may do what with a service's files on Windows: its folder, and the program that it runs.

The judgements are plain functions over SIDs and masks; what asks Windows stands below them.
"""

from __future__ import annotations

import hashlib
import stat
import struct
from collections.abc import Iterable
from pathlib import Path, PureWindowsPath
from typing import Any, Final, NamedTuple

from ticket_daemon.errors import ServiceError

#: Accounts that need no password, and the service's own, which is made with it.
LOCAL_SYSTEM: Final = "LocalSystem"
OWN_ACCOUNT: Final = "NT SERVICE\\"

# Well-known SIDs (Microsoft, "Well-known SIDs").
_SYSTEM: Final = "S-1-5-18"
_ADMINISTRATORS: Final = "S-1-5-32-544"
_TRUSTED_INSTALLER: Final = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
_PRIVILEGED: Final = frozenset((_SYSTEM, _ADMINISTRATORS, _TRUSTED_INSTALLER))
#: Groups that every user of the machine is in: Everyone, Authenticated Users, Interactive, Users, Guests.
_EVERYBODY: Final = frozenset(("S-1-1-0", "S-1-5-11", "S-1-5-4", "S-1-5-32-545", "S-1-5-32-546"))
# Rights (winnt.h) with which a file can be replaced or changed, or one put beside it.
_WRITES: Final = 0x0002 | 0x0004 | 0x0040 | 0x0001_0000 | 0x0004_0000 | 0x0008_0000 | 0x1000_0000 | 0x4000_0000
#: Of the folders above the program's own: taking it away. That others may make folders beside it is no harm.
_REPLACES: Final = 0x0040 | 0x0001_0000 | 0x0004_0000 | 0x0008_0000 | 0x1000_0000
#: All but changing the rights themselves (FILE_GENERIC_READ, …_WRITE, …_EXECUTE, DELETE).
_MODIFY: Final = "0x1301bf"
_INHERIT_ONLY: Final = 0x08


class Entry(NamedTuple):
    """Somebody is allowed something (ACCESS_ALLOWED_ACE)."""

    sid: str
    mask: int
    flags: int = 0


def service_sid(name: str) -> str:
    """The SID of the account `NT SERVICE\\name`, which Windows derives from the name: known before the service is."""
    digest = hashlib.sha1(name.upper().encode("utf-16-le"), usedforsecurity=False).digest()
    return "S-1-5-80-" + "-".join(map(str, struct.unpack("<5I", digest)))


def folder_descriptor(sid: str) -> str:
    """The rights of the service's folder (SDDL): the system and administrators all, `sid` its files, else nobody."""
    own = f"(A;OICI;{_MODIFY};;;{sid})" if sid not in _PRIVILEGED else ""
    return f"O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA){own}"


def is_trusted(owner: str, trusted: Iterable[str]) -> bool:
    """Whether what `owner` has made may be taken over."""
    return owner in _PRIVILEGED or owner in frozenset(trusted)


def everybodys(entries: Iterable[Entry], *, above: bool = False) -> bool:
    """Whether any user of the machine may change the file or folder with these entries, or (`above`) take it away."""
    wanted = _REPLACES if above else _WRITES
    return any(entry.sid in _EVERYBODY and entry.mask & wanted and not entry.flags & _INHERIT_ONLY for entry in entries)


def is_in_a_profile(path: PureWindowsPath, profiles: PureWindowsPath) -> bool:
    """Whether it lies in a person's own folders (`C:\\Users`): Downloads, the desktop, a Python for one user."""
    return path.is_relative_to(profiles)


# --- asking Windows ---


def check_program(program: Path) -> None:
    """Refuse a program that users can change: as a service it would work for whoever did. Raises ServiceError."""
    import win32profile

    if is_in_a_profile(PureWindowsPath(program), PureWindowsPath(win32profile.GetProfilesDirectory())):
        raise ServiceError("service.program_in_a_profile", path=str(program))
    for path in (program, *program.parents[:-1]):  # the drive's own root is no folder of ours
        above = path not in (program, program.parent)
        if everybodys(_entries(path), above=above):
            raise ServiceError("service.program_writable", path=str(program), where=str(path))


def make_folder(folder: Path, sid: str, *earlier: str) -> None:
    """The service's folder, with its owner and rights, for the account `sid`.

    What somebody else has put there is refused, with a ServiceError; `earlier` are accounts it may have had.
    """
    import pywintypes
    import win32security as security

    try:
        folder.mkdir(parents=True, exist_ok=True)
        trusted = (_own_sid(), sid, *earlier)
        for path in (folder, *folder.iterdir()):
            if _is_link(path):
                raise ServiceError("service.folder_link", path=str(path))
            owner = _sid(security.GetFileSecurity(str(path), security.OWNER_SECURITY_INFORMATION))
            if not is_trusted(owner, trusted):
                raise ServiceError("service.folder_planted", path=str(path), owner=owner)
        descriptor = security.ConvertStringSecurityDescriptorToSecurityDescriptor(
            folder_descriptor(sid), security.SDDL_REVISION_1
        )
        what = (
            security.OWNER_SECURITY_INFORMATION
            | security.DACL_SECURITY_INFORMATION
            | security.PROTECTED_DACL_SECURITY_INFORMATION
        )
        owner_sid, dacl = descriptor.GetSecurityDescriptorOwner(), descriptor.GetSecurityDescriptorDacl()
        security.SetNamedSecurityInfo(str(folder), security.SE_FILE_OBJECT, what, owner_sid, None, dacl, None)
    except OSError as error:
        raise ServiceError("service.file", file=str(folder), detail=error.strerror or str(error)) from None
    except pywintypes.error as error:
        raise ServiceError("service.file", file=str(folder), detail=f"{error.strerror} ({error.winerror})") from None


def _is_link(path: Path) -> bool:
    """Whether it is a link, a junction or a mount: what is written there would land elsewhere."""
    attributes: int = getattr(path.lstat(), "st_file_attributes", 0)
    return bool(attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)


def _sid(descriptor: Any) -> str:
    import win32security as security

    return str(security.ConvertSidToStringSid(descriptor.GetSecurityDescriptorOwner()))


def _own_sid() -> str:
    """The SID of whoever installs, an administrator."""
    import win32api
    import win32security as security

    token = security.OpenProcessToken(win32api.GetCurrentProcess(), security.TOKEN_QUERY)
    return str(security.ConvertSidToStringSid(security.GetTokenInformation(token, security.TokenUser)[0]))


def _entries(path: Path) -> list[Entry]:
    """Who is allowed what with a file; a folder without a list lets everybody."""
    import win32security as security

    dacl: Any = security.GetFileSecurity(str(path), security.DACL_SECURITY_INFORMATION).GetSecurityDescriptorDacl()
    if dacl is None:
        return [Entry("S-1-1-0", _WRITES)]
    found = []
    for number in range(dacl.GetAceCount()):
        (kind, flags), mask, sid = dacl.GetAce(number)[:3]
        if kind == security.ACCESS_ALLOWED_ACE_TYPE:
            found.append(Entry(str(security.ConvertSidToStringSid(sid)), mask & 0xFFFF_FFFF, flags))
    return found
