"""What clients send, as types. Fields that a type does not have are ignored: clients of version 1 carry some."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Final, TypeVar, Union

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


class Request(
    Struct, frozen=True, tag_field="tipo", rename={"document": "datos", "format": "formato", "content": "contenido"}
):
    """A message of a client. Each kind is a class of this module: what it is called, its fields and their limits."""

    auth_token: Annotated[str, Meta(description="The shop's token, where one is set.")] | None = None


class TicketRequest(Request, frozen=True, tag="ticket"):
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


class StatusRequest(Request, frozen=True, tag="status"):
    """How full the queue is and how the printers are."""


class PingRequest(Request, frozen=True, tag="ping"):
    """Is anybody there?"""

    id: Echo | None = None


class PrintersRequest(Request, frozen=True, tag="get_printers"):
    """Which printers there are."""

    look: Annotated[bool, Meta(description="Look for printers again first, on the network too.")] = False


class JobRequest(Request, frozen=True, tag="job", kw_only=True):
    """How a job stands."""

    id: JobId
    watch: Annotated[bool, Meta(description="Send me its `result` too.")] = False


class CancelRequest(Request, frozen=True, tag="cancel", kw_only=True):
    """Do not print a job that has not begun."""

    id: JobId


class ReprintRequest(Request, frozen=True, tag="reprint", kw_only=True):
    """Print a finished or held job once more, as a new job."""

    id: JobId
    new_id: (
        Annotated[str, Meta(min_length=1, max_length=MAX_ID, description="The new job's id. Else made up.")] | None
    ) = None
    banner: Annotated[bool, Meta(description="Print REIMPRESIÓN over it.")] = False
    open_drawer: OpenDrawer = False


class HoldRequest(Request, frozen=True, tag="hold", kw_only=True):
    """Keep a waiting job back until it is released."""

    id: JobId


class ReleaseRequest(Request, frozen=True, tag="release", kw_only=True):
    """Let a held job go on."""

    id: JobId
    open_drawer: OpenDrawer = False


class JobsRequest(Request, frozen=True, tag="get_jobs"):
    """The newest jobs, or those that have not ended."""

    limit: Annotated[int, Meta(ge=1, le=1000, description="How many.")] = 50
    pending: Annotated[bool, Meta(description="Only those that have not ended, in their order.")] = False


class PreviewRequest(Request, frozen=True, tag="preview"):
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


class SubscribeRequest(Request, frozen=True, tag="subscribe"):
    """Be told of changes as they happen."""

    topics: Annotated[
        tuple[str, ...], Meta(description="Replaces the topics before.", examples=[["jobs", "printers"]])
    ] = ()


#: Every kind of request, in this module's order.
KINDS: Final[tuple[type[Request], ...]] = tuple(Request.__subclasses__())
#: Their `tipo`s, as a client may be told them.
TYPES: Final = tuple(str(kind.__struct_config__.tag) for kind in KINDS)
TOPICS: Final = ("jobs", "printers")

_requests: Final[msgspec.json.Decoder[Request]] = msgspec.json.Decoder(Union[KINDS])  # noqa: UP007
_NULL: Final = b"null"
_Kind = TypeVar("_Kind", bound=Struct)


def parse(text: str | bytes) -> Request:
    """The request in a frame. Raises MessageError with a code; `request_id(text)` finds the id to answer to."""
    try:
        request = _requests.decode(text)
    except msgspec.ValidationError as fault:
        raise _refusal(fault, text) from None
    except (msgspec.DecodeError, UnicodeError) as fault:
        raise InvalidJson("json.invalid", detail=str(fault)) from None
    except RecursionError:
        raise InvalidJson("json.too_deep") from None
    return _with_document(request)


def parse_body(kind: type[_Kind], body: bytes, path: Mapping[str, str]) -> _Kind:
    """The request of `kind` in a body; `path` has the fields that the address says. Raises MessageError."""
    body = body.strip() or b"{}"
    try:
        if path:
            merged: _Kind = msgspec.convert({**_anything.decode(body), **path}, kind)
            return _with_document(merged)
        request: _Kind = _decoder(kind).decode(body)
        return _with_document(request)
    except msgspec.ValidationError as fault:
        if not body.startswith(b"{"):
            raise MessageError("message.not_object") from None
        raise _wrong_field(fault, kind) from None
    except (msgspec.DecodeError, UnicodeError) as fault:
        raise InvalidJson("json.invalid", detail=str(fault)) from None
    except RecursionError:
        raise InvalidJson("json.too_deep") from None


def parse_query(kind: type[_Kind], fields: Mapping[str, str]) -> _Kind:
    """The request of `kind` whose fields an address says, all of them as text. Raises MessageError."""
    try:
        request: _Kind = msgspec.convert(fields, kind, strict=False)
        return request
    except msgspec.ValidationError as fault:
        raise _wrong_field(fault, kind) from None


@cache
def _decoder(kind: type[_Kind]) -> msgspec.json.Decoder[_Kind]:
    return msgspec.json.Decoder(kind)


def _with_document(request: _Kind) -> _Kind:
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
    kind = next((kind for kind in KINDS if kind.__struct_config__.tag == tipo), None)
    return (
        MessageError("document.invalid", path=path or None, detail=sentence) if not kind else _wrong_field(fault, kind)
    )


def _wrong_field(fault: msgspec.ValidationError, kind: type[Struct]) -> MessageError:
    path = place(fault)[1]
    if path in ("id", "new_id"):
        return MessageError("message.id_type", path=path, limit=MAX_ID)
    key, path, parameters = explain(fault, kind)
    return MessageError(key, path=path or None, **parameters)


_anything: Final = msgspec.json.Decoder(dict[str, Any])
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
