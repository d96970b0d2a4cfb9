"""The wire's words, both ways, as protocol.md's tables have them."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon import __version__, presenters, wire
from ticket_daemon.errors import DocumentError, MessageError, QueueFull, UnknownJob
from ticket_daemon.poster.document import Warned
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.printers import Destination
from ticket_daemon.printers.destination import PrinterStatus
from ticket_daemon.queue import Accepted, Job, JobState, Reason
from ticket_daemon.settings.config import PrinterSettings

DATOS = b'{"version": "1.0"}'
SUBMITTED, UPDATED = 1_768_000_000_500, 1_768_000_001_750


def job(state: JobState = JobState.QUEUED, reason: Reason | None = None, **fields: Any) -> Job:
    return Job(7, "pos-1", "caja", state, SUBMITTED, UPDATED, reason=reason, **fields)


def said(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(wire.encode(answer))
    return found


def destination(
    uri: str = "socket://h:9100", *, state: Any = "idle", reasons: tuple[str, ...] = (), known: bool = False
) -> Destination:
    found = Destination(PrinterSettings("caja", uri, default=True), Profile("TM-T20"))
    found.status = PrinterStatus(state, reasons, known)
    return found


# --- client to server ---


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"tipo": "status"}, wire.StatusRequest()),
        ({"tipo": "status", "auth_token": "t"}, wire.StatusRequest("t")),
        ({"tipo": "ping"}, wire.PingRequest()),
        ({"tipo": "ping", "id": "1"}, wire.PingRequest(id="1")),
        ({"tipo": "get_printers"}, wire.PrintersRequest()),
        ({"tipo": "job", "id": "1"}, wire.JobRequest(id="1", watch=False)),
        ({"tipo": "job", "id": "1", "watch": True}, wire.JobRequest(id="1", watch=True)),
        ({"tipo": "cancel", "id": "1"}, wire.CancelRequest(id="1")),
        ({"tipo": "reprint", "id": "1"}, wire.ReprintRequest(id="1", new_id=None)),
        ({"tipo": "reprint", "id": "1", "new_id": "2"}, wire.ReprintRequest(id="1", new_id="2")),
        ({"tipo": "hold", "id": "a"}, wire.HoldRequest(id="a")),
        ({"tipo": "release", "id": "a", "open_drawer": True}, wire.ReleaseRequest(id="a", open_drawer=True)),
        ({"tipo": "reprint", "id": "a", "banner": True}, wire.ReprintRequest(id="a", banner=True)),
        ({"tipo": "get_jobs"}, wire.JobsRequest()),
        ({"tipo": "get_jobs", "limit": 5}, wire.JobsRequest(limit=5)),
        ({"tipo": "subscribe", "topics": ["jobs", "printers"]}, wire.SubscribeRequest(topics=("jobs", "printers"))),
        ({"tipo": "ping", "extra": {"of": ["v1"]}}, wire.PingRequest()),
    ],
)
def test_requests(message: dict[str, Any], expected: Any) -> None:
    assert wire.parse(json.dumps(message)) == expected
    assert wire.parse(json.dumps(message).encode()) == expected


def test_ticket_with_all_its_fields() -> None:
    text = '{"datos": {"version": "1.0"}, "tipo": "ticket", "id": "a", "auth_token": "t", "printer": "caja", '
    found = wire.parse(text + '"ttl_s": 30, "copies": 2}')
    assert isinstance(found, wire.TicketRequest)
    assert bytes(found.document) == DATOS  # type: ignore[arg-type]
    assert (found.id, found.auth_token, found.printer, found.ttl_s, found.copies) == ("a", "t", "caja", 30, 2)


def test_ticket_with_v1_fields_only() -> None:
    found = wire.parse('{"tipo":"ticket","datos":{"version": "1.0"}}')
    assert isinstance(found, wire.TicketRequest)
    assert (found.id, found.auth_token, found.printer, found.ttl_s, found.copies) == (None, None, None, None, 1)


def test_document_of_a_ticket_is_not_looked_into() -> None:
    found = wire.parse('{"tipo":"ticket","datos":[1, {"tipo": "x"}]}')
    assert isinstance(found, wire.TicketRequest)
    assert bytes(found.document) == b'[1, {"tipo": "x"}]'  # type: ignore[arg-type]


def test_preview_takes_a_document() -> None:
    found = wire.parse('{"tipo":"preview","datos":{"version": "1.0"},"printer":"caja"}')
    assert isinstance(found, wire.PreviewRequest)
    assert (bytes(found.document), found.printer) == (DATOS, "caja")  # type: ignore[arg-type]


def test_every_tipo_is_told_to_who_asks_for_another() -> None:
    with pytest.raises(MessageError) as caught:
        wire.parse('{"tipo":"print"}')
    assert all(tipo in caught.value.text("es") for tipo in wire.TYPES)
    assert len(set(wire.TYPES)) == len(wire.TYPES) == 12


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "invalid_json"),
        ("{", "invalid_json"),
        ("hola", "invalid_json"),
        (b"\xff\xfe", "invalid_json"),
        ('{"tipo":"ticket","datos":{"a":[}}', "invalid_json"),
        ("[]", "invalid_message"),
        ("3", "invalid_message"),
        ("null", "invalid_message"),
        ("{}", "invalid_message"),
        ('{"id":"1"}', "invalid_message"),
        ('{"tipo":null}', "invalid_message"),
        ('{"tipo":5}', "invalid_message"),
        ('{"tipo":["ticket"]}', "invalid_message"),
        ('{"tipo":"imprimir"}', "unknown_type"),
        ('{"tipo":""}', "unknown_type"),
        ('{"tipo":"TICKET"}', "unknown_type"),
        ('{"tipo":"ticket"}', "missing_datos"),
        ('{"tipo":"ticket","datos":null}', "missing_datos"),
        ('{"tipo":"preview"}', "missing_datos"),
        ('{"tipo":"ticket","id":5,"datos":{}}', "invalid_message"),
        ('{"tipo":"ticket","id":{},"datos":{}}', "invalid_message"),
        ('{"tipo":"ping","id":7}', "invalid_message"),
        ('{"tipo":"job"}', "invalid_message"),
        ('{"tipo":"job","id":""}', "invalid_message"),
        ('{"tipo":"cancel","id":null}', "invalid_message"),
        ('{"tipo":"reprint","id":"1","new_id":2}', "invalid_message"),
        ('{"tipo":"ticket","datos":{},"copies":0}', "invalid_message"),
        ('{"tipo":"ticket","datos":{},"copies":21}', "invalid_message"),
        ('{"tipo":"ticket","datos":{},"ttl_s":0}', "invalid_message"),
        ('{"tipo":"ticket","datos":{},"ttl_s":"1"}', "invalid_message"),
        ('{"tipo":"ticket","datos":{},"printer":5}', "invalid_message"),
        ('{"tipo":"subscribe","topics":"jobs"}', "invalid_message"),
        ('{"tipo":"status","auth_token":5}', "invalid_message"),
        ("[" * 100_000, "invalid_message"),
        ('{"tipo":"ticket","datos":' + "[" * 100_000, "invalid_json"),
    ],
)
def test_refusals_have_their_code_and_speak_both_languages(text: str | bytes, code: str) -> None:
    with pytest.raises(MessageError) as caught:
        wire.parse(text)
    assert caught.value.code == code
    assert caught.value.text("es") != caught.value.text("en")


@pytest.mark.parametrize(
    ("text", "path", "says"),
    [
        ('{"tipo":"ticket","id":5,"datos":{}}', "id", "255"),
        ('{"tipo":"reprint","id":"1","new_id":""}', "new_id", "255"),
        ('{"tipo":"ticket","datos":{},"copies":99}', "copies", "de 1 a 20"),
        ('{"tipo":"ticket","datos":{},"ttl_s":0}', "ttl_s", "mayor que 0"),
        ('{"tipo":"job","id":"1","watch":"si"}', "watch", "true o false"),
        ('{"tipo":"subscribe","topics":[1]}', "topics[0]", "un texto"),
    ],
)
def test_refusals_name_the_field_and_what_would_be_right(text: str, path: str, says: str) -> None:
    with pytest.raises(MessageError) as caught:
        wire.parse(text)
    assert caught.value.path == path
    assert says in caught.value.text("es")


@pytest.mark.parametrize("length", [1, wire.MAX_ID])
def test_ids_up_to_the_limit(length: int) -> None:
    found = wire.parse(json.dumps({"tipo": "ticket", "id": "x" * length, "datos": {}}))
    assert isinstance(found, wire.TicketRequest)
    assert found.id == "x" * length


def test_id_over_the_limit_is_refused() -> None:
    with pytest.raises(MessageError) as caught:
        wire.parse(json.dumps({"tipo": "ticket", "id": "x" * (wire.MAX_ID + 1), "datos": {}}))
    assert (caught.value.code, caught.value.path) == ("invalid_message", "id")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"tipo":"imprimir","id":"a"}', "a"),
        ('{"tipo":"ticket","id":5}', None),
        ('{"tipo":"ticket","id":""}', None),
        ('{"id":"' + "x" * 300 + '"}', "x" * wire.MAX_ID),
        ("[]", None),
        ("{", None),
        (b"\xff", None),
        ("[" * 100_000, None),
    ],
)
def test_id_of_a_refused_message_is_found_where_there_is_one(text: str | bytes, expected: str | None) -> None:
    assert wire.request_id(text) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("id", "datos", "auth_token", "printer", "ttl_s", "copies", "watch", "new_id", "topics")
MESSAGES = st.fixed_dictionaries(
    {"tipo": st.sampled_from(wire.TYPES) | JSON}, optional=dict.fromkeys(FIELDS, JSON | st.just("a"))
)


@given((MESSAGES | JSON).map(json.dumps) | st.text() | st.binary())
def test_any_text_is_a_request_or_refused_with_a_code(text: str | bytes) -> None:
    wire.request_id(text)
    found = outcome(text)
    if isinstance(found, MessageError):
        assert said(presenters.error(found, "es"))["mensaje"]
    else:
        assert isinstance(found, wire.Request)


def outcome(text: str | bytes) -> wire.Request | MessageError:
    try:
        return wire.parse(text)
    except MessageError as error:
        return error


# --- server to client ---


def test_info_on_connect() -> None:
    assert said(presenters.welcome("es")) == {
        "tipo": "info",
        "status": "connected",
        "mensaje": "Conectado a Ticket Daemon",
        "version": __version__,
        "protocol": 1,
    }


def test_ack() -> None:
    accepted = Accepted(job(), duplicate=False, position=1, current=1, capacity=100)
    assert said(presenters.ack(accepted, (), "es")) == {
        "tipo": "ack",
        "id": "pos-1",
        "status": "queued",
        "pos": 1,
        "current": 1,
        "capacity": 100,
        "mensaje": "Ticket en cola",
        "printer": "caja",
        "duplicate": False,
    }


def test_ack_of_a_duplicate_says_so_and_tells_warnings() -> None:
    accepted = Accepted(job(), duplicate=True, position=0, current=0, capacity=100)
    found = said(presenters.ack(accepted, (Warned("warning.no_cutter", "commands[1]"),), "en"))
    assert (found["duplicate"], found["pos"], found["current"]) == (True, 0, 0)
    assert found["warnings"] == ["commands[1]: the printer has no cutter; the paper is fed instead"]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (JobState.CONFIRMED, "success"),
        (JobState.SENT, "success"),
        (JobState.SPOOLED, "success"),
        (JobState.FAILED, "error"),
        (JobState.EXPIRED, "error"),
        (JobState.CANCELLED, "error"),
        (JobState.HELD, "error"),
    ],
)
def test_success_is_only_said_of_what_was_printed(state: JobState, status: str) -> None:
    found = said(presenters.result(job(state), "es"))
    assert found.pop("mensaje")
    assert found == {
        "tipo": "result",
        "id": "pos-1",
        "status": status,
        "state": str(state),
        "printer": "caja",
        "duration_ms": 1250,
    }


def test_result_of_a_failure_has_its_code_and_the_v1_category() -> None:
    reason = Reason("printer_offline", "link.broken", {"port": "h:9100", "detail": "reset"})
    found = said(presenters.result(job(JobState.FAILED, reason), "es"))
    assert found["code"] == "printer_offline"
    assert found["mensaje"].startswith("PRINTER: ")
    assert "h:9100" in found["mensaje"]


def test_error_with_and_without_what_it_may_carry() -> None:
    assert said(presenters.error(UnknownJob("job.unknown", id="x"), "en")) == {
        "tipo": "error",
        "status": "error",
        "mensaje": "there is no job with the id 'x'",
        "code": "unknown_job",
    }
    broken = DocumentError("raw.empty", path="commands[0].data.hex", category="RAW")
    assert said(presenters.error(broken, "es", "pos-1")) == {
        "tipo": "error",
        "id": "pos-1",
        "status": "error",
        "mensaje": "RAW: commands[0].data.hex: no hay bytes que enviar",
        "code": "invalid_document",
        "path": "commands[0].data.hex",
    }


def test_error_of_a_full_queue_is_v1s_and_says_when_to_come_back() -> None:
    found = said(presenters.error(QueueFull("queue.full", retry_after_s=2), "es", "a"))
    assert (found["mensaje"], found["code"], found["retry_after_s"]) == ("Cola llena, reintente", "queue_full", 2)


def test_pong() -> None:
    assert said(wire.Pong(job_id="1", status="ok")) == {"tipo": "pong", "id": "1", "status": "ok"}
    assert said(wire.Pong(status="ok")) == {"tipo": "pong", "status": "ok"}


def test_status() -> None:
    line = wire.PrinterLine("caja", "idle", (), 0, 0, 100)
    answer = wire.Status(status="ok", current=0, capacity=100, message="m", printers=(line,))
    assert said(answer) == {
        "tipo": "status",
        "status": "ok",
        "current": 0,
        "capacity": 100,
        "mensaje": "m",
        "printers": [{"name": "caja", "state": "idle", "reasons": [], "waiting": 0, "taken": 0, "capacity": 100}],
    }


def test_printers() -> None:
    entry = presenters.printer_entry(destination(known=True), "192.168.1.50:9100")
    answer = wire.Printers(status="ok", printers=(entry,), summary=presenters.summary((entry,)))
    assert said(answer) == {
        "tipo": "printers",
        "status": "ok",
        "printers": [
            {
                "name": "caja",
                "port": "192.168.1.50:9100",
                "driver": "TM-T20",
                "status": "ready",
                "is_default": True,
                "is_virtual": False,
                "printer_type": "thermal",
                "configured": True,
                "uri": "socket://h:9100",
                "profile": "TM-T20",
            }
        ],
        "summary": {"status": "ok", "detected_count": 1, "thermal_count": 1, "default_name": "caja"},
    }


@pytest.mark.parametrize(
    ("state", "reasons", "status"),
    [
        ("idle", (), "ready"),
        ("processing", (), "ready"),
        ("idle", ("media-low",), "ready"),
        ("stopped", ("offline",), "offline"),
        ("stopped", ("paused",), "paused"),
        ("stopped", ("media-empty",), "error"),
    ],
)
def test_status_of_a_printer_in_the_list(state: str, reasons: tuple[str, ...], status: str) -> None:
    assert presenters.printer_entry(destination(state=state, reasons=reasons, known=True), "p").status == status


def test_a_printer_nobody_has_heard_of_yet_is_unknown_and_no_trouble() -> None:
    entry = presenters.printer_entry(destination(), "p")
    assert entry.status == "unknown"
    assert presenters.summary((entry,)).status == "ok"


def test_virtual_printer_in_the_list() -> None:
    entry = presenters.printer_entry(destination("virtual://x"), "virtual")
    assert (entry.is_virtual, entry.printer_type, entry.status) == (True, "virtual", "ready")


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [((), "error"), (("ready",), "ok"), (("ready", "offline"), "warning"), (("offline", "error"), "error")],
)
def test_summary(statuses: tuple[str, ...], expected: str) -> None:
    entries = tuple(wire.PrinterEntry(str(i), "", "", s, False, False, "thermal") for i, s in enumerate(statuses))
    found = json.loads(msgspec.json.encode(presenters.summary(entries)))
    assert found == {"status": expected, "detected_count": len(entries), "thermal_count": len(entries)}


@pytest.mark.parametrize(("answer", "tipo"), [(presenters.job_answer, "job"), (presenters.job_news, "job_event")])
def test_job(answer: Any, tipo: str) -> None:
    assert said(answer(job(attempts=0), "es")) == {
        "tipo": tipo,
        "id": "pos-1",
        "state": "queued",
        "printer": "caja",
        "submitted_at": "2026-01-09T23:06:40.500Z",
        "updated_at": "2026-01-09T23:06:41.750Z",
        "attempts": 0,
        "mensaje": "En cola",
    }


def test_job_that_failed_and_was_a_reprint() -> None:
    found = said(
        presenters.job_answer(job(JobState.EXPIRED, Reason("expired", "job.expired"), reprint_of="pos-0"), "es")
    )
    assert (found["code"], found["reprint_of"]) == ("expired", "pos-0")


def test_printer_news() -> None:
    assert said(presenters.printer_news(destination(state="stopped", reasons=("media-empty",)))) == {
        "tipo": "printer_status",
        "printer": "caja",
        "state": "stopped",
        "reasons": ["media-empty"],
    }


def test_preview() -> None:
    assert said(wire.Preview(png="iVBO", width=576, height=0, warnings=())) == {
        "tipo": "preview",
        "png": "iVBO",
        "width": 576,
        "height": 0,
        "warnings": [],
    }
