"""What the doctor may find: every kind, how bad it is, what it says and what to do about it."""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple

from msgspec import Struct

from ticket_daemon import messages

Severity = Literal["ok", "warning", "problem"]


class Kind(NamedTuple):
    """How bad it is; catalogue keys of the sentence and of the advice."""

    severity: Severity
    text: str
    advice: str = ""


#: code -> kind, in the order of docs/doctor.md.
KINDS: Final[dict[str, Kind]] = {
    # the daemon
    "config-ok": Kind("ok", "doctor.config_ok"),
    "config-mistake": Kind("problem", "doctor.config_mistake", "doctor.config_mistake.do"),
    "token-missing": Kind("problem", "doctor.token_missing", "doctor.token_missing.do"),
    "daemon-ok": Kind("ok", "doctor.daemon_ok"),
    "daemon-not-running": Kind("problem", "doctor.daemon_not_running", "doctor.daemon_not_running.do"),
    "daemon-unwell": Kind("problem", "doctor.daemon_unwell", "doctor.daemon_unwell.do"),
    "daemon-version": Kind("warning", "doctor.daemon_version", "doctor.daemon_version.do"),
    "port-taken": Kind("problem", "doctor.port_taken", "doctor.port_taken.do"),
    "jobs-held": Kind("warning", "doctor.jobs_held", "doctor.jobs_held.do"),
    # the machine
    "data-ok": Kind("ok", "doctor.data_ok"),
    "data-not-writable": Kind("problem", "doctor.data_not_writable", "doctor.data_not_writable.do"),
    "disk-full": Kind("problem", "doctor.disk_full", "doctor.disk_full.do"),
    "disk-low": Kind("warning", "doctor.disk_low", "doctor.disk_low.do"),
    "clock-ok": Kind("ok", "doctor.clock_ok"),
    "clock-absurd": Kind("problem", "doctor.clock_absurd", "doctor.clock.do"),
    "clock-back": Kind("problem", "doctor.clock_back", "doctor.clock.do"),
    "certificate-ok": Kind("ok", "doctor.certificate_ok"),
    "certificate-missing": Kind("problem", "doctor.certificate_missing", "doctor.certificate_missing.do"),
    "certificate-unusable": Kind("problem", "doctor.certificate_unusable", "doctor.certificate_unusable.do"),
    "certificate-expired": Kind("problem", "doctor.certificate_expired", "doctor.certificate_renew.do"),
    "certificate-soon": Kind("warning", "doctor.certificate_soon", "doctor.certificate_renew.do"),
    # printers, all of them
    "no-printers": Kind("problem", "doctor.no_printers", "doctor.no_printers.do"),
    "no-default": Kind("warning", "doctor.no_default", "doctor.no_default.do"),
    "spooler-stopped": Kind("problem", "doctor.spooler_stopped", "doctor.spooler_stopped.do"),
    "account-without-printers": Kind("problem", "doctor.account_no_printers", "doctor.account_no_printers.do"),
    # one printer
    "printer-ok": Kind("ok", "doctor.printer_ok"),
    "printer-unasked": Kind("ok", "doctor.printer_unasked"),
    "printer-refused": Kind("problem", "doctor.printer_refused", "doctor.printer_refused.do"),
    "printer-unreachable": Kind("problem", "doctor.printer_unreachable", "doctor.printer_unreachable.do"),
    "printer-silent": Kind("problem", "doctor.printer_silent", "doctor.printer_silent.do"),
    "printer-offline": Kind("problem", "doctor.printer_offline", "doctor.printer_offline.do"),
    "printer-paused": Kind("problem", "doctor.printer_paused", "doctor.printer_paused.do"),
    "printer-trouble": Kind("problem", "doctor.printer_trouble", "doctor.printer_trouble.do"),
    "printer-link": Kind("problem", "doctor.printer_link", "doctor.printer_link.do"),
    "name-mismatch": Kind("problem", "doctor.name_mismatch", "doctor.name_mismatch.do"),
    "stale-port": Kind("problem", "doctor.stale_port", "doctor.stale_port.do"),
    "device-gone": Kind("problem", "doctor.device_gone", "doctor.device_gone.do"),
    "device-in-use": Kind("problem", "doctor.device_in_use", "doctor.device_in_use.do"),
    "no-permission": Kind("problem", "doctor.no_permission", "doctor.no_permission.do"),
    "profile-unknown": Kind("warning", "doctor.profile_unknown", "doctor.profile_unknown.do"),
    "code-page": Kind("warning", "doctor.code_page", "doctor.code_page.do"),
    # the doctor itself
    "check-failed": Kind("warning", "doctor.check_failed", "doctor.check_failed.do"),
}


class Finding(Struct, frozen=True):
    """One thing that was found. `subject` is the printer, file or address it speaks of; `parameters` fill the texts."""

    code: str
    subject: str = ""
    parameters: dict[str, Any] = {}

    @property
    def severity(self) -> Severity:
        return KINDS[self.code].severity

    def text(self, lang: str) -> str:
        """What it is."""
        return messages.text(KINDS[self.code].text, lang, subject=self.subject, **self.parameters)

    def advice(self, lang: str) -> str:
        """What to do; "" where nothing is wrong."""
        key = KINDS[self.code].advice
        return messages.text(key, lang, subject=self.subject, **self.parameters) if key else ""


def found(code: str, subject: str = "", **parameters: Any) -> Finding:
    """A finding of that kind."""
    return Finding(code, subject, parameters)


def worst(findings: list[Finding]) -> Severity:
    """The worst of them."""
    severities = {finding.severity for finding in findings}
    return "problem" if "problem" in severities else "warning" if "warning" in severities else "ok"
