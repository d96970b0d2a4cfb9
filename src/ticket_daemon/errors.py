"""What can go wrong, as types with a code, a text for a person and, where there is one, a path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ticket_daemon import messages


class TicketDaemonError(Exception):
    """Root of the tree.

    `key` names the sentence in the catalogue, `path` the place in the document (`commands[3].data.align`) or the
    configuration (`printers[0].uri`). `category` is the word that v1 clients split a message on, or "" where
    they expect none.
    """

    code: ClassVar[str] = "internal"
    category: str = ""
    retryable: ClassVar[bool] = False

    def __init__(self, key: str, /, *, path: str | None = None, **parameters: Any) -> None:
        super().__init__(key)
        self.key = key
        self.path = path
        self.parameters = parameters

    def text(self, lang: str = "en") -> str:
        """The sentence for a person, with the place it speaks of and the v1 category word before it."""
        sentence = messages.text(self.key, lang, **self.parameters)
        if self.path:
            sentence = f"{self.path}: {sentence}"
        return f"{self.category}: {sentence}" if self.category else sentence

    def __str__(self) -> str:
        return self.text("en")


# --- documents ---


class DocumentError(TicketDaemonError):
    """The document cannot be printed as it stands; `path` says where."""

    code = "invalid_document"
    category = "VALIDATION"

    def __init__(self, key: str, /, *, path: str | None = None, category: str | None = None, **parameters: Any) -> None:
        super().__init__(key, path=path, **parameters)
        if category is not None:
            self.category = category


class ProfileFileError(TicketDaemonError):
    """A file of printer profiles cannot be read; the text names the profile and the field."""

    code = "invalid_profiles"


class UnknownProfileError(TicketDaemonError):
    """No printer profile has that name."""

    code = "invalid_document"
    category = "VALIDATION"


# --- jobs and the queue ---


class JobError(TicketDaemonError):
    """What was asked of a job cannot be done."""


class UnknownJob(JobError):
    code = "unknown_job"


class NotCancellable(JobError):
    """It prints already, or has ended."""

    code = "not_cancellable"


class IdConflict(JobError):
    """The id belongs to another ticket."""

    code = "id_conflict"


class QueueFull(JobError):
    """No place is free; `parameters["retry_after_s"]` says when to come back."""

    code = "queue_full"
    retryable = True


class ShuttingDown(JobError):
    """The daemon is going down and takes nothing more."""

    code = "shutting_down"
    retryable = True


class StorageUnavailable(TicketDaemonError):
    """The queue's disk does not take or give what it should; nothing was promised."""

    code = "storage_unavailable"
    retryable = True


class StorageFull(StorageUnavailable):
    """The disk has no room or does not write, and may later: the daemon starts all the same and tries again."""


# --- many shops ---


class FleetError(TicketDaemonError):
    """The NATS server, or what stands between it and us."""


class FleetUnavailable(FleetError):
    """It cannot be reached now, or what is needed to reach it is missing."""

    code = "fleet_unavailable"
    retryable = True


class FleetRefused(FleetError):
    """It does not let us in, or not there."""

    code = "fleet_refused"


# --- messages of clients ---


class MessageError(TicketDaemonError):
    """A client's message cannot be acted on."""

    code = "invalid_message"


class InvalidJson(MessageError):
    code = "invalid_json"
    category = "JSON"


class UnknownType(MessageError):
    code = "unknown_type"


class MissingDatos(MessageError):
    code = "missing_datos"
    category = "VALIDATION"


class UnknownFormat(MessageError):
    """A ticket came as something that cannot be read."""

    code = "unknown_format"


class TooLarge(MessageError):
    code = "too_large"


class Unauthorized(MessageError):
    code = "unauthorized"


class LoginNeeded(Unauthorized):
    """Only somebody logged in to the dashboard may ask for this."""


class RateLimited(MessageError):
    """Too much in too little time; `parameters["retry_after_s"]` says when to come back."""

    code = "rate_limited"
    retryable = True


class OriginRefused(MessageError):
    """The page's origin is not allowed."""

    code = "origin_refused"


class HostRefused(MessageError):
    """The daemon was reached under a name that is not its own (DNS rebinding)."""

    code = "host_refused"


class MediaTypeRefused(MessageError):
    """A body that a foreign page's form could have sent."""

    code = "unsupported_media_type"


class NotFound(MessageError):
    """There is nothing at this path."""

    code = "not_found"


class MethodNotAllowed(MessageError):
    """There is something at this path, for another method."""

    code = "method_not_allowed"


class TooSlow(MessageError):
    """A request did not arrive whole in its time."""

    code = "too_slow"
    retryable = True


# --- of this program's own client ---


class Refused(TicketDaemonError):
    """A daemon refused what this program asked; `code`, `path` and the text are the daemon's."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        path: str | None = None,
        retry_after_s: int | None = None,
        job_id: str | None = None,
    ) -> None:
        super().__init__("client.refused", message=message)
        self.code = code  # type: ignore[misc]
        self.path = path
        self.message = message
        self.retry_after_s = retry_after_s
        self.job_id = job_id

    def text(self, lang: str = "en") -> str:
        """The daemon's sentence, in the daemon's language; it has the place in it."""
        del lang
        return self.message


class Unreachable(TicketDaemonError):
    """No daemon answers at `url`. `sent`: whether the request may have reached it all the same."""

    code = "unreachable"
    retryable = True

    def __init__(self, url: str, reason: str, *, sent: bool) -> None:
        super().__init__("client.unreachable", url=url, reason=reason)
        self.sent = sent


class NoAnswer(TicketDaemonError):
    """The caller's time was over. `accepted`: whether the daemon has the ticket; None where that is not known."""

    code = "no_answer"
    retryable = True
    _KEYS: ClassVar[Mapping[bool | None, str]] = {
        True: "client.no_result", False: "client.not_accepted", None: "client.perhaps_accepted",
    }  # fmt: skip

    def __init__(self, job_id: str, accepted: bool | None) -> None:
        super().__init__(self._KEYS[accepted], id=job_id)
        self.job_id = job_id
        self.accepted = accepted


class NoResult(NoAnswer):
    """The same of a ticket for a shop far away. `accepted`: whether the NATS server has it, and so the shop will."""

    _KEYS: ClassVar[Mapping[bool | None, str]] = {
        True: "fleet.no_result", False: "fleet.not_handed_over", None: "fleet.perhaps_handed_over",
    }  # fmt: skip


# --- printers ---


class PrinterError(TicketDaemonError):
    """Trouble on the way to the paper."""

    code = "printer_error"
    category = "PRINTER"


class UnknownPrinter(PrinterError):
    """No destination has that name."""

    code = "unknown_printer"


class LinkError(PrinterError):
    """The link to the printer did not open, broke or stalled."""

    code = "printer_offline"
    retryable = True


class NotLooked(TicketDaemonError):
    """A place where printers may be could not be looked at: its program or library is not there, or is silent."""

    code = "not_looked"


# --- set-up ---


class ConfigError(TicketDaemonError):
    """The configuration has a mistake; `path` is the key and `parameters["file"]` the file."""

    code = "invalid_config"

    def text(self, lang: str = "en") -> str:
        """The sentence with the file and the key before it."""
        sentence = super().text(lang)
        return f"{self.parameters['file']}: {sentence}" if self.parameters.get("file") else sentence


class TlsError(TicketDaemonError):
    """A certificate cannot be made or renewed."""

    code = "tls_error"


class AlreadyRunning(TicketDaemonError):
    """Another daemon has the port or the data directory."""

    code = "already_running"


class ProgramGone(TicketDaemonError):
    """Files of the running executable were removed; a new start unpacks them again."""

    code = "program_gone"


class UpdateError(TicketDaemonError):
    """There is no newer version to be had, it is not what it says it is, or it did not work and was taken back."""

    code = "update_error"


class ServiceError(TicketDaemonError):
    """The system's service manager does not do what it was asked, or the rights for it are missing."""

    code = "service_error"


class BuildError(TicketDaemonError):
    """A sealed executable cannot be made."""

    code = "build_error"
