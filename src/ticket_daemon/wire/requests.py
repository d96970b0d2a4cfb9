"""What clients send, as types.

It knows each request's `tipo`, fields and limits, and nothing of sockets, jobs' lives or printers. It promises that any
text is either a Request or an error with a code, and that unknown extra fields of a message are ignored (v1 clients
carry some).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from ticket_daemon.errors import InvalidJson, MessageError, MissingDatos, UnknownType
from ticket_daemon.validation import explain, place

MAX_ID: Final = 255
MAX_COPIES: Final = 20
MAX_TTL_S: Final = 31 * 86_400

JobId = Annotated[str, Meta(min_length=1, max_length=MAX_ID, description="The job.")]
Echo = Annotated[str, Meta(min_length=1, max_length=MAX_ID, description="Comes back in the answer.")]
OpenDrawer = Annotated[bool, Meta(description="Open the cash drawer if the ticket does; else it stays shut.")]
Printer = Annotated[str, Meta(description="A configured printer; else the document's model, else the default one.")]
Document = Annotated[Raw, Meta(description="The document.")]
FormatName = Annotated[str, Meta(max_length=64, description="What `contenido` is: html, pdf, picture, text, printer.")]
Content = Annotated[str, Meta(description="In place of `datos`: text, or base64 of pdf, picture and printer.")]


class _Request(
    Struct, frozen=True, tag_field="tipo", rename={"document": "datos", "format": "formato", "content": "contenido"}
):
    auth_token: Annotated[str, Meta(description="The shop's token, where one is set.")] | None = None


class TicketRequest(_Request, frozen=True, tag="ticket"):
    """Print a document."""

    #: "" is as good as none, as it was in v1
    id: (
        Annotated[str, Meta(max_length=MAX_ID, description="Yours: the same id is never printed twice. Else made up.")]
        | None
    ) = None
    document: Document | UnsetType = UNSET
    printer: Printer | None = None
    ttl_s: (
        Annotated[float, Meta(gt=0, le=MAX_TTL_S, description="Seconds after which it must not print any more.")] | None
    ) = None
    copies: Annotated[int, Meta(ge=1, le=MAX_COPIES)] = 1
    format: FormatName | None = None
    content: Content | None = None

    @property
    def body(self) -> Raw | str:
        """What is to be printed, as `format` has it."""
        return _body(self.document, self.content)


class StatusRequest(_Request, frozen=True, tag="status"):
    """How full the queue is and how the printers are."""


class PingRequest(_Request, frozen=True, tag="ping"):
    """Is anybody there?"""

    id: Echo | None = None


class PrintersRequest(_Request, frozen=True, tag="get_printers"):
    """Which printers there are."""


class JobRequest(_Request, frozen=True, tag="job", kw_only=True):
    """How a job stands."""

    id: JobId
    watch: Annotated[bool, Meta(description="Send me its `result` too.")] = False


class CancelRequest(_Request, frozen=True, tag="cancel", kw_only=True):
    """Do not print a job that has not begun."""

    id: JobId


class ReprintRequest(_Request, frozen=True, tag="reprint", kw_only=True):
    """Print a finished or held job once more, as a new job."""

    id: JobId
    new_id: (
        Annotated[str, Meta(min_length=1, max_length=MAX_ID, description="The new job's id. Else made up.")] | None
    ) = None
    banner: Annotated[bool, Meta(description="Print REIMPRESIÓN over it.")] = False
    open_drawer: OpenDrawer = False


class HoldRequest(_Request, frozen=True, tag="hold", kw_only=True):
    """Keep a waiting job back until it is released."""

    id: JobId


class ReleaseRequest(_Request, frozen=True, tag="release", kw_only=True):
    """Let a held job go on."""

    id: JobId
    open_drawer: OpenDrawer = False


class JobsRequest(_Request, frozen=True, tag="get_jobs"):
    """The newest jobs, or those that have not ended."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 50
    pending: bool = False


class PreviewRequest(_Request, frozen=True, tag="preview"):
    """What a document would look like on paper."""

    id: Echo | None = None
    document: Document | UnsetType = UNSET
    printer: Printer | None = None
    format: FormatName | None = None
    content: Content | None = None

    @property
    def body(self) -> Raw | str:
        """What is to be shown, as `format` has it."""
        return _body(self.document, self.content)


def _body(document: Raw | UnsetType, content: str | None) -> Raw | str:
    if content is not None:
        return content
    assert isinstance(document, Raw), "parse refuses a message without either"
    return document


class SubscribeRequest(_Request, frozen=True, tag="subscribe"):
    """Be told of changes as they happen."""

    topics: Annotated[
        tuple[str, ...], Meta(description="Replaces the topics before.", examples=[["jobs", "printers"]])
    ] = ()


Request = (
    TicketRequest | StatusRequest | PingRequest | PrintersRequest | JobRequest | CancelRequest | ReprintRequest
    | PreviewRequest | SubscribeRequest | HoldRequest | ReleaseRequest | JobsRequest
)  # fmt: skip

#: The `tipo`s, as a client may be told them.
TYPES: Final = (
    "ticket", "status", "ping", "get_printers", "get_jobs", "job", "cancel", "hold", "release", "reprint", "preview",
    "subscribe",
)  # fmt: skip
TOPICS: Final = ("jobs", "printers")

_requests: Final = msgspec.json.Decoder(Request)
_NULL: Final = b"null"


def parse(text: str | bytes) -> Request:
    """The request in a frame. Raises MessageError with a code; `request_id(text)` finds the id to answer to."""
    try:
        request: Request = _requests.decode(text)
    except msgspec.ValidationError as fault:
        raise _refusal(fault, text) from None
    except (msgspec.DecodeError, UnicodeError) as fault:
        raise InvalidJson("json.invalid", detail=str(fault)) from None
    except RecursionError:
        raise InvalidJson("json.too_deep") from None
    if isinstance(request, TicketRequest | PreviewRequest) and not _has_document(request):
        raise MissingDatos("message.no_datos")
    return request


def _has_document(request: TicketRequest | PreviewRequest) -> bool:
    return bool(request.content) or (request.document is not UNSET and bytes(request.document).strip() != _NULL)


def _refusal(fault: msgspec.ValidationError, text: str | bytes) -> MessageError:
    sentence, path = place(fault)
    message = _loose(text)
    if message is None:
        return MessageError("message.not_object")
    tipo = _value(message, "tipo")
    if path == "tipo" and bytes(message.get("tipo", _NULL)).startswith(b'"'):
        return UnknownType("message.unknown_type", got=(tipo or "")[:80], known=", ".join(TYPES))
    if tipo is None:
        return MessageError("message.no_type")
    if path in ("id", "new_id"):
        return MessageError("message.id_type", path=path, limit=MAX_ID)
    struct = next((s for s in _KINDS if s.__struct_config__.tag == tipo), None)
    key, path, parameters = explain(fault, struct) if struct else ("document.invalid", path, {"detail": sentence})
    return MessageError(key, path=path or None, **parameters)


_KINDS: Final[tuple[type[Struct], ...]] = (
    TicketRequest, StatusRequest, PingRequest, PrintersRequest, JobRequest, CancelRequest, ReprintRequest,
    PreviewRequest, SubscribeRequest, HoldRequest, ReleaseRequest, JobsRequest,
)  # fmt: skip


_objects: Final = msgspec.json.Decoder(dict[str, Raw])
_words: Final[msgspec.json.Decoder[str | None]] = msgspec.json.Decoder(str | None)


def _loose(text: str | bytes) -> Mapping[str, Raw] | None:
    """A message's fields, unread: a long one that is wrong must not take longer than one that is right."""
    try:
        return _objects.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _value(message: Mapping[str, Raw], field: str) -> str | None:
    """A field that should be text; "" when it is there and is none."""
    try:
        return _words.decode(message.get(field, _NULL))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ""


def request_id(text: str | bytes) -> str | None:
    """The id of a message that could not be parsed, so that its sender knows which one was refused."""
    message = _loose(text)
    found = _value(message, "id") if message else None
    return found[:MAX_ID] if found else None
