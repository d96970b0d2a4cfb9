"""Windows: a service of the service control manager, with its account, recovery, event source and folder.

It knows what is registered and how the manager is asked; it does not know the daemon, nor what happens inside the
service's process (`windows_host`). It promises that what is installed already is brought up to date rather than made
twice, and that a stop is waited for until the process has gone.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from ticket_daemon.errors import ServiceError
from ticket_daemon.machine import program_files
from ticket_daemon.machine.service.spec import RESTART_S, STOP_S, ServiceSpec, ServiceState, ServiceStatus
from ticket_daemon.machine.service.steps import Do, Step
from ticket_daemon.machine.windows import rights

#: What has to run before the daemon: printing goes through the one, the network through the other.
DEPENDS_ON: Final = ("Spooler", "Tcpip")
#: Pauses (seconds) before the first, second and every further start after a failure; counted anew after a day.
RESTARTS_S: Final = (RESTART_S, RESTART_S, 60)
FORGET_FAILURES_S: Final = 86_400
#: Where the event log finds texts: a program of every Windows whose messages 1 to 1000 are "%1".
EVENT_TEXTS: Final = r"%SystemRoot%\System32\EventCreate.exe"
EVENT_SOURCES: Final = r"SYSTEM\CurrentControlSet\Services\EventLog\Application"
#: The machine's search path, and the message with which programs hear that it has changed (winuser.h).
SEARCH_PATH: Final = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
_HWND_BROADCAST, _WM_SETTINGCHANGE, _SMTO_ABORTIFHUNG, _TELL_MS = 0xFFFF, 0x001A, 0x0002, 1000
#: Pause between two looks at a service that starts or stops, and how long the start may take: a large queue is read.
LOOK_S: Final = 0.1
START_S: Final = 60.0

# winerror.h, winsvc.h
_ACCESS_DENIED: Final = 5
_UNKNOWN_LEVEL: Final = 124
_EXISTS: Final = 1073
_NOT_ACTIVE: Final = 1062
_NO_SUCH_SERVICE: Final = 1060
_ALREADY_RUNNING: Final = 1056
_FAILURE_ACTIONS_FLAG: Final = 4
_PRESHUTDOWN_INFO: Final = 7
_STATES: Final = {
    1: ServiceState.STOPPED,
    2: ServiceState.STARTING,
    3: ServiceState.STOPPING,
    4: ServiceState.RUNNING,
}


def may_change() -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    return bool(ctypes.windll.shell32.IsUserAnAdmin())


def command_line(spec: ServiceSpec) -> str:
    """What the manager starts."""
    config = ("--config", str(spec.config_file)) if spec.config_file else ()
    return subprocess.list2cmdline([*_started(spec.command), *config])


def _started(command: tuple[str, ...]) -> tuple[str, ...]:
    """A virtual environment's python.exe only starts another process, which the manager would not know: that one."""
    if _launcher() and command[0] == sys.executable:
        return (getattr(sys, "_base_executable", command[0]), *command[1:])
    return command


def _launcher() -> str:
    """The virtual environment's own python.exe; "" outside of one, and in a sealed executable."""
    in_one = sys.prefix != sys.base_prefix and not getattr(sys, "frozen", False)
    return sys.executable if in_one else ""


def install(spec: ServiceSpec) -> list[Step]:
    line, account = command_line(spec), account_of(spec)
    program = Path(_started(spec.command)[0])
    return [
        Do(f"check that users cannot change {program}", lambda: rights.check_program(program)),
        Do(
            f"folder {spec.config_dir}, for the system, administrators and {account} only",
            lambda: rights.make_folder(spec.config_dir, _sid_of(spec), rights.service_sid(spec.name)),
        ),
        Do(
            f"service {spec.name} ({spec.display_name}), as {account}: {line}\n"
            f"#   starts with the machine, after {', '.join(DEPENDS_ON)}; after a failure again in "
            f"{', '.join(f'{pause} s' for pause in RESTARTS_S)}",
            lambda: _register(spec, line),
        ),
        Do(f"event source {spec.name} in the application log", lambda: _add_event_source(spec.name)),
        *_on_the_path(program, present=True),
    ]


def account_of(spec: ServiceSpec) -> str:
    """What the service runs as: an account of its own with the rights of any user, or the one that was asked for."""
    return spec.account or f"{rights.OWN_ACCOUNT}{spec.name}"


def _sid_of(spec: ServiceSpec) -> str:
    """The SID of the service's account, which exists only once the service does where it is its own."""
    import pywintypes
    import win32security as security

    account = account_of(spec)
    if account.casefold() == f"{rights.OWN_ACCOUNT}{spec.name}".casefold():
        return rights.service_sid(spec.name)
    name = "SYSTEM" if account == rights.LOCAL_SYSTEM else account.removeprefix(".\\")
    try:
        return str(security.ConvertSidToStringSid(security.LookupAccountName(None, name)[0]))
    except pywintypes.error as error:
        raise ServiceError("service.no_account", account=account, detail=error.strerror) from None


def _on_the_path(program: Path, *, present: bool) -> list[Step]:
    """Installed as a folder, the command is found by its name in every console."""
    if program_files.folder() is None or program_files.is_one_file():
        return []
    verb = "to" if present else "from"
    return [Do(f"{program.parent} {verb} the machine's search path", lambda: _set_path(str(program.parent), present))]


def uninstall(spec: ServiceSpec) -> list[Step]:
    return [
        Do(f"stop the service {spec.name}", lambda: _stop_if_there(spec)),
        Do(f"remove the service {spec.name}", lambda: _delete(spec)),
        Do(f"remove the event source {spec.name}", lambda: _remove_event_source(spec.name)),
        *_on_the_path(Path(spec.command[0]), present=False),
    ]


def start(spec: ServiceSpec) -> list[Step]:
    return [Do(f"start the service {spec.name}", lambda: _start(spec))]


def stop(spec: ServiceSpec) -> list[Step]:
    return [Do(f"stop the service {spec.name}", lambda: _stop(spec))]


def restart(spec: ServiceSpec) -> list[Step]:
    return [*stop(spec), *start(spec)]


def status(spec: ServiceSpec) -> ServiceStatus:
    import win32service as scm

    try:
        with _opened(spec, scm.SERVICE_QUERY_STATUS | scm.SERVICE_QUERY_CONFIG) as service:
            said = _query(service)
            automatic = scm.QueryServiceConfig(service)[1] == scm.SERVICE_AUTO_START
    except ServiceError as error:
        if error.key == "service.not_installed":
            return ServiceStatus(ServiceState.NOT_INSTALLED)
        raise
    return read_status(said, automatic)


def read_status(said: dict[str, int], automatic: bool) -> ServiceStatus:
    """What QueryServiceStatusEx says, as a state."""
    state = _STATES.get(said["CurrentState"], ServiceState.STOPPED)
    code = said.get("Win32ExitCode", 0)
    if state is ServiceState.STOPPED and code not in (0, _NEVER_STARTED):
        state = ServiceState.FAILED
    detail = "" if code in (0, _NEVER_STARTED) else f"exit code {code} ({said.get('ServiceSpecificExitCode', 0)})"
    return ServiceStatus(state, automatic, said.get("ProcessId") or None, detail)


_NEVER_STARTED: Final = 1077


# --- the manager ---


@contextmanager
def _manager(access: int) -> Iterator[Any]:
    import pywintypes
    import win32service as scm

    manager = None
    try:
        manager = scm.OpenSCManager(None, None, access)
        yield manager
    except pywintypes.error as error:
        raise _explained(error) from None
    finally:
        if manager is not None:
            scm.CloseServiceHandle(manager)


@contextmanager
def _opened(spec: ServiceSpec, access: int) -> Iterator[Any]:
    """The service's handle. Raises ServiceError in a person's words."""
    import pywintypes
    import win32service as scm

    with _manager(scm.SC_MANAGER_CONNECT) as manager:
        try:
            service = scm.OpenService(manager, spec.name, access)
        except pywintypes.error as error:
            if error.winerror == _NO_SUCH_SERVICE:
                raise ServiceError("service.not_installed", name=spec.name) from None
            raise
        try:
            yield service
        finally:
            scm.CloseServiceHandle(service)


def _explained(error: Any) -> ServiceError:
    if error.winerror == _ACCESS_DENIED:
        return ServiceError("service.rights_windows", command=subprocess.list2cmdline(["ticket-daemon", *sys.argv[1:]]))
    return ServiceError("service.command", command=error.funcname, detail=f"{error.strerror} ({error.winerror})")


def _register(spec: ServiceSpec, line: str) -> None:
    import pywintypes
    import win32service as scm

    what = (scm.SERVICE_WIN32_OWN_PROCESS, scm.SERVICE_AUTO_START, scm.SERVICE_ERROR_NORMAL, line,
            None, False, list(DEPENDS_ON), account_of(spec), spec.password or None)  # fmt: skip
    with _manager(scm.SC_MANAGER_CONNECT | scm.SC_MANAGER_CREATE_SERVICE) as manager:
        try:
            service = scm.CreateService(manager, spec.name, spec.display_name, scm.SERVICE_ALL_ACCESS, *what)
        except pywintypes.error as error:
            if error.winerror != _EXISTS:
                raise
            service = scm.OpenService(manager, spec.name, scm.SERVICE_ALL_ACCESS)
            scm.ChangeServiceConfig(service, *what, spec.display_name)
        try:
            _describe(service, spec)
        finally:
            scm.CloseServiceHandle(service)
    _set_launcher(spec.name)


def _describe(service: Any, spec: ServiceSpec) -> None:
    """Description, recovery (also after an end with an error, not only a crash) and time to stop at a shutdown."""
    import pywintypes
    import win32service as scm

    scm.ChangeServiceConfig2(service, scm.SERVICE_CONFIG_DESCRIPTION, spec.description)
    actions = [(scm.SC_ACTION_RESTART, pause * 1000) for pause in RESTARTS_S]
    recovery = {"ResetPeriod": FORGET_FAILURES_S, "RebootMsg": "", "Command": "", "Actions": actions}
    scm.ChangeServiceConfig2(service, scm.SERVICE_CONFIG_FAILURE_ACTIONS, recovery)
    for level, value in ((_FAILURE_ACTIONS_FLAG, True), (_PRESHUTDOWN_INFO, STOP_S * 1000)):
        try:
            scm.ChangeServiceConfig2(service, level, value)
        except pywintypes.error as error:
            if error.winerror != _UNKNOWN_LEVEL:  # a manager that does not know it does without it
                raise


def _start(spec: ServiceSpec) -> None:
    import pywintypes
    import win32service as scm

    with _opened(spec, scm.SERVICE_START | scm.SERVICE_QUERY_STATUS) as service:
        try:
            scm.StartService(service, None)
        except pywintypes.error as error:
            if error.winerror != _ALREADY_RUNNING:
                raise
        _wait(service, spec, scm.SERVICE_RUNNING, START_S, "service.does_not_start")


def _stop(spec: ServiceSpec) -> None:
    import pywintypes
    import win32service as scm

    with _opened(spec, scm.SERVICE_STOP | scm.SERVICE_QUERY_STATUS) as service:
        try:
            scm.ControlService(service, scm.SERVICE_CONTROL_STOP)
        except pywintypes.error as error:
            if error.winerror != _NOT_ACTIVE:
                raise
        _wait(service, spec, scm.SERVICE_STOPPED, 2.0 * STOP_S, "service.does_not_stop")


def _wait(
    service: Any, spec: ServiceSpec, wanted: int, patience_s: float, otherwise: str,
    sleep: Callable[[float], None] = time.sleep,
) -> None:  # fmt: skip
    """Until the service is as `wanted`; ServiceError when it ends instead, or takes too long."""
    import win32service as scm

    until = time.monotonic() + patience_s
    while (state := _query(service)["CurrentState"]) != wanted:
        if state == scm.SERVICE_STOPPED or time.monotonic() > until:
            raise ServiceError(otherwise, name=spec.name, folder=str(spec.log_dir))
        sleep(LOOK_S)


def _query(service: Any) -> dict[str, int]:
    import win32service as scm

    said: Any = scm.QueryServiceStatusEx(service)  # a dictionary, whatever its stub says
    return dict(said)


def _stop_if_there(spec: ServiceSpec) -> None:
    try:
        _stop(spec)
    except ServiceError as error:
        if error.key != "service.not_installed":
            raise


def _delete(spec: ServiceSpec) -> None:
    import win32service as scm

    try:
        with _opened(spec, scm.SERVICE_ALL_ACCESS) as service:
            scm.DeleteService(service)
    except ServiceError as error:
        if error.key != "service.not_installed":
            raise


# --- registry and folder ---


def _set_launcher(name: str) -> None:
    """Tell a service in a virtual environment which one: its python.exe is the base's (see `_started`)."""
    launcher = _launcher()
    if sys.platform != "win32" or not launcher:
        return
    import winreg

    with winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, rf"SYSTEM\CurrentControlSet\Services\{name}") as key:
        winreg.SetValueEx(key, "Environment", 0, winreg.REG_MULTI_SZ, [f"__PYVENV_LAUNCHER__={launcher}"])


def _set_path(folder: str, present: bool) -> None:
    """Have the machine's search path name `folder`, or not; what else is in it stays as it is."""
    if sys.platform != "win32":
        return
    import ctypes
    import winreg

    access = winreg.KEY_READ | winreg.KEY_WRITE
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, SEARCH_PATH, 0, access) as key:
        try:
            text, kind = winreg.QueryValueEx(key, "Path")
        except FileNotFoundError:
            text, kind = "", winreg.REG_EXPAND_SZ
        others = [part for part in str(text).split(";") if part and part.rstrip("\\").casefold() != folder.casefold()]
        winreg.SetValueEx(key, "Path", 0, kind, ";".join([*others, *([folder] if present else [])]))
    ctypes.windll.user32.SendMessageTimeoutW(
        _HWND_BROADCAST, _WM_SETTINGCHANGE, 0, "Environment", _SMTO_ABORTIFHUNG, _TELL_MS, None
    )


def _add_event_source(name: str) -> None:
    if sys.platform != "win32":
        return
    import winreg

    with winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, rf"{EVENT_SOURCES}\{name}") as key:
        winreg.SetValueEx(key, "EventMessageFile", 0, winreg.REG_EXPAND_SZ, EVENT_TEXTS)
        winreg.SetValueEx(key, "TypesSupported", 0, winreg.REG_DWORD, 7)  # errors, warnings, information


def _remove_event_source(name: str) -> None:
    if sys.platform != "win32":
        return
    import contextlib
    import winreg

    with contextlib.suppress(FileNotFoundError):
        winreg.DeleteKey(winreg.HKEY_LOCAL_MACHINE, rf"{EVENT_SOURCES}\{name}")
