"""The JavaScript client in node, against the daemon as its users start it."""

from __future__ import annotations

import gzip
import json
import re
import signal
import subprocess
import tarfile
import urllib.request
from pathlib import Path

import pytest
from lines import CRASH_AT, config, free_port, stood_in

from javascript import CLIENT, PACKAGE, ROOT, needs_node, node
from support.daemon_process import daemon_process
from support.tcp_printer import TcpPrinter
from ticket_daemon import __version__
from ticket_daemon.poster import Ticket, cell, style
from ticket_daemon.poster.document import decode
from ticket_daemon.poster.render import render_ticket

#: A store that is a file, as localStorage is one.
FILE_STORE = """
import { existsSync, readFileSync, writeFileSync } from "node:fs";
const fileStore = (path) => {
  const all = new Map(existsSync(path) ? JSON.parse(readFileSync(path)) : []);
  const save = () => writeFileSync(path, JSON.stringify([...all]));
  return {
    get length() { return all.size; },
    key: (index) => [...all.keys()][index] ?? null,
    getItem: (key) => all.get(key) ?? null,
    setItem: (key, value) => { all.set(key, value); save(); },
    removeItem: (key) => { all.delete(key); save(); },
  };
};
"""
SALE = 'new Ticket("Generic 80mm").text("VENTA 1001").cut()'
SALE_BYTES = render_ticket(Ticket("Generic 80mm").text("VENTA 1001").cut().document()).data
MORE = 'new Ticket("Generic 80mm").text("VENTA 1002").cut()'


def test_a_ticket_prints_and_its_promise_says_so(tmp_path: Path) -> None:
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer.uri)) as daemon:
        script = f"""
        const daemon = connect({{ url, WebSocket }});
        const acks = [];
        const result = await daemon.print({SALE}, {{ id: "1001", onAck: (ack) => acks.push(ack) }});
        const again = await daemon.print({SALE}, {{ id: "1001", onAck: (ack) => acks.push(ack) }});
        say([result, again, acks, daemon.pending]);
        daemon.close();
        """
        with node(script, daemon.url) as page:
            result, again, acks, pending = page.heard()
            page.end()
        received = printer.wait_for(len(SALE_BYTES))
    assert (result["id"], result["printed"], result["state"], result["printer"]) == ("1001", True, "sent", "caja")
    assert again == result
    assert [(ack["duplicate"], ack["printer"]) for ack in acks] == [(False, "caja"), (True, "caja")]
    assert pending == []
    assert received == SALE_BYTES


def test_the_builder_makes_what_the_python_builder_makes(tmp_path: Path) -> None:
    script = """
    say(new Ticket("TM-T20III", { paper_width: 80, has_qr: true })
      .text("CAFÉ", { align: "center", bold: true, size: "2x2" })
      .text("12", { label: "Mesa", label_style: { bold: true }, separator: " = ", new_line: false })
      .separator("=", 20).separator()
      .row("Café solo", { text: "1.30 €", width: 10, align: "right", style: { bold: true } })
      .table([["Cant", 4, "right"], ["Producto", 30]], [[2, "Café"], ["1", null]],
        { header_bold: false, align: "center" })
      .image("iVBORw0KGgo=", { pixel_width: 100, dithering: "threshold" })
      .barcode("code128", "A1", { width: 2 }).qr("hola", { correction: "Q", human_text: "hola" })
      .pdf417("x").datamatrix("x", { pixel_width: 90 }).aztec("x").feed(2).cut("full", 3).cut()
      .pulse({ pin: 1 }).beep(2).raw("1b 40", { comment: "init" }));
    """
    ours = (
        Ticket("TM-T20III", paper_width=80, has_qr=True)
        .text("CAFÉ", align="center", bold=True, size="2x2")
        .text("12", label="Mesa", label_style=style(bold=True), separator=" = ", new_line=False)
        .separator("=", 20).separator()
        .row("Café solo", cell("1.30 €", 10, "right", bold=True))
        .table([("Cant", 4, "right"), ("Producto", 30)], [[2, "Café"], ["1", None]], header_bold=False, align="center")
        .image(b"\x89PNG\r\n\x1a\n", pixel_width=100, dithering="threshold")
        .barcode("code128", "A1", width=2).qr("hola", correction="Q", human_text="hola")
        .pdf417("x").datamatrix("x", pixel_width=90).aztec("x").feed(2).cut("full", 3).cut()
        .pulse(1).beep(2).raw(b"\x1b@", comment="init")
    )  # fmt: skip
    with node(script, "") as page:
        theirs = page.heard()
    assert decode(theirs) == (ours.document(), ())


def test_a_refused_ticket_throws_with_code_and_place(tmp_path: Path) -> None:
    with daemon_process(tmp_path) as daemon:
        script = f"""
        const daemon = connect({{ url, WebSocket }});
        const of = (error) => [error instanceof TicketError, error.code, error.path, error.accepted, error.message];
        say(await daemon.print(new Ticket().feed(256)).catch(of));
        say(await daemon.print({SALE}, {{ printer: "nadie" }}).catch(of));
        await daemon.print({SALE}, {{ id: "one" }});
        say(await daemon.print({MORE}, {{ id: "one" }}).catch(of));
        say(await daemon.print(new Ticket().text("x".repeat(11 << 20))).catch(of));
        say((await daemon.print({SALE})).printed);
        daemon.close();
        """
        with node(script, daemon.url) as page:
            invalid, stranger, conflict, large, after = (page.heard() for _ in range(5))
            page.end()
    assert invalid[:4] == [True, "invalid_document", "commands[0].data.lines", False]
    assert invalid[4].startswith("commands[0].data.lines: ")
    assert stranger[1] == "unknown_printer"
    assert conflict[1] == "id_conflict"
    assert large[1] == "too_large"
    assert after is True


# --- daemons that die ---


def test_a_daemon_killed_after_the_ack_prints_once_and_the_promise_ends(tmp_path: Path) -> None:
    port, daemon_port = free_port(), free_port()
    settings, data = config(f"socket://127.0.0.1:{port}"), tmp_path
    script = f"""
    const daemon = connect({{ url, WebSocket }});
    const ended = daemon.print({SALE}, {{ id: "1001", onAck: ({{ id }}) => say(id) }});
    say(await ended);
    daemon.close();
    """
    with daemon_process(data, "--port", str(daemon_port), config=settings) as daemon:
        url = daemon.url
        with node(script, url) as page:
            assert page.heard() == "1001"
            daemon.kill()
            with TcpPrinter(port=port) as printer, daemon_process(data, "--port", str(daemon_port), config=settings):
                result = page.heard()
                page.end()
                received = printer.wait_for(len(SALE_BYTES))
    assert (result["printed"], result["state"]) == (True, "sent")
    assert received == SALE_BYTES


@pytest.mark.parametrize(
    ("steps", "when"),
    [
        ("ticket", "before"),
        ("insert", "after"),
        ("insert,commit", "after"),
        ("commit,say", "before"),
        ("commit,say", "after"),
    ],
)
def test_a_daemon_that_dies_around_the_ack_prints_once(tmp_path: Path, steps: str, when: str) -> None:
    port, daemon_port = free_port(), free_port()
    settings = config(f"socket://127.0.0.1:{port}")
    script = f"""
    const daemon = connect({{ url, WebSocket }});
    say(await daemon.print({SALE}, {{ id: "1001" }}));
    daemon.close();
    """
    arguments = ("--port", str(daemon_port))
    with (
        daemon_process(tmp_path, *arguments, config=settings, program=(CRASH_AT, steps, when)) as dying,
        node(script, dying.url) as page,
    ):
        dying.process.wait(30)
        with TcpPrinter(port=port) as printer, daemon_process(tmp_path, *arguments, config=settings) as daemon:
            result = page.heard()
            page.end()
            received = printer.wait_for(len(SALE_BYTES))
            assert len(json.loads(daemon.get("/api/v1/jobs")[1])["jobs"]) == 1
    assert (result["id"], result["printed"]) == ("1001", True)
    assert received == SALE_BYTES


def test_a_daemon_that_dies_in_the_middle_of_printing_leaves_it_to_a_person(tmp_path: Path) -> None:
    daemon_port = free_port()
    arguments = ("--port", str(daemon_port))
    script = f"""
    const daemon = connect({{ url, WebSocket }});
    const final = daemon.print({SALE}, {{ id: "1001", finalOnly: true }});
    say(await daemon.print({SALE}, {{ id: "1001" }}));
    say(await daemon.cancel("1001"));
    say(await final);
    daemon.close();
    """
    with TcpPrinter() as printer:
        settings = config(printer.uri)
        with (
            daemon_process(tmp_path, *arguments, config=settings, program=(CRASH_AT, "start,write", "half")) as dying,
            node(script, dying.url) as page,
        ):
            dying.process.wait(30)
            with daemon_process(tmp_path, *arguments, config=settings):
                held, cancelled, final = page.heard(), page.heard(), page.heard()
                page.end()
        received = bytes(printer.received)
    assert (held["printed"], held["state"], held["code"]) == (False, "held", "unknown_outcome")
    assert cancelled["state"] == "cancelled"
    assert (final["printed"], final["state"]) == (False, "cancelled")
    assert received == SALE_BYTES[: len(received)] != SALE_BYTES


# --- reloads ---


def test_a_page_that_is_closed_after_the_ack_hears_the_result_when_it_is_back(tmp_path: Path) -> None:
    port, store = free_port(), json.dumps(str(tmp_path / "store.json"))
    first = f"""{FILE_STORE}
    const daemon = connect({{ url, WebSocket, store: fileStore({store}), token: "never kept" }});
    daemon.print({SALE}, {{ id: "1001", onAck: ({{ id }}) => say(id) }});
    """
    second = f"""{FILE_STORE}
    const store = fileStore({store});
    const daemon = connect({{ url, WebSocket, store }});
    say(daemon.pending);
    say([await daemon.print({SALE}, {{ id: "1001" }}), store.length]);
    daemon.close();
    """
    with daemon_process(tmp_path, config=config(f"socket://127.0.0.1:{port}")) as daemon:
        with node(first, daemon.url) as page:
            assert page.heard() == "1001"
        kept = (tmp_path / "store.json").read_text()
        with node(second, daemon.url) as page:
            assert page.heard() == ["1001"]
            with TcpPrinter(port=port) as printer:
                result, left = page.heard()
                page.end()
                received = printer.wait_for(len(SALE_BYTES))
    assert "VENTA" not in kept
    assert "never kept" not in kept
    assert (result["id"], result["printed"], left) == ("1001", True, 0)
    assert received == SALE_BYTES


def test_a_ticket_asked_for_while_the_daemon_was_away_prints_after_the_reload(tmp_path: Path) -> None:
    daemon_port, store = free_port(), json.dumps(str(tmp_path / "store.json"))
    url = f"http://127.0.0.1:{daemon_port}"
    first = f"""{FILE_STORE}
    const daemon = connect({{ url, WebSocket, store: fileStore({store}) }});
    daemon.print({SALE}, {{ id: "1001" }});
    daemon.on("state", (state) => say(state));
    """
    second = f"""{FILE_STORE}
    const daemon = connect({{ url, WebSocket, store: fileStore({store}) }});
    daemon.on("result", (result) => {{ say(result); daemon.close(); }});
    """
    with node(first, url) as page:
        assert page.heard() == "waiting"
    with TcpPrinter() as printer, daemon_process(tmp_path, "--port", str(daemon_port), config=config(printer.uri)):
        with node(second, url) as page:
            result = page.heard()
            page.end()
        received = printer.wait_for(len(SALE_BYTES))
    assert (result["id"], result["printed"]) == ("1001", True)
    assert received == SALE_BYTES


def test_an_old_ticket_that_was_never_acked_is_asked_after_and_not_printed(tmp_path: Path) -> None:
    script = f"""
    const kept = new Map([[`ticket-daemon ${{url}} 1001`, JSON.stringify({{
      at: Date.now() - 1_000_000, message: {{ tipo: "ticket", id: "1001", datos: {SALE} }} }})],
      [`ticket-daemon ${{url}} broken`, "{{"], ["another's", "x"]]);
    const store = {{
      get length() {{ return kept.size; }}, key: (n) => [...kept.keys()][n], getItem: (key) => kept.get(key),
      setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key),
    }};
    const daemon = connect({{ url, WebSocket, store }});
    say(daemon.pending);
    say(await daemon.wait("1001").catch(({{ code }}) => code));
    say([...kept.keys()]);
    say(await daemon.jobs());
    daemon.close();
    """
    with daemon_process(tmp_path) as daemon, node(script, daemon.url) as page:
        assert page.heard() == ["1001"]
        assert page.heard() == "unknown_job"
        assert page.heard() == ["another's"]
        assert page.heard() == []
        page.end()


def test_a_ticket_for_one_daemon_is_never_sent_to_another(tmp_path: Path) -> None:
    store = json.dumps(str(tmp_path / "store.json"))
    script = f"""{FILE_STORE}
    const store = fileStore({store});
    connect({{ url: "ws://127.0.0.1:{free_port()}/ws", WebSocket, store }}).print({SALE}, {{ id: "1001" }});
    const other = connect({{ url, WebSocket, store }});
    await other.ready;
    say([other.pending, await other.jobs()]);
    process.exit();
    """
    with daemon_process(tmp_path) as daemon, node(script, daemon.url) as page:
        assert page.heard() == [[], []]


# --- full queues and impatient callers ---


def test_too_many_tickets_in_a_minute_all_print_in_their_order(tmp_path: Path) -> None:
    script = """
    const daemon = connect({ url, WebSocket });
    const sale = (n) => new Ticket("Generic 80mm").text(`VENTA ${n}.`);
    const results = await Promise.all(Array.from({ length: 32 }, (_, n) => daemon.print(sale(n), { id: `${n}` })));
    say(results.map(({ printed }) => printed));
    daemon.close();
    """
    settings = "[limits]\njobs_per_minute = 30\n"
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer.uri, more=settings)) as daemon:
        with node(script, daemon.url) as page:
            assert page.heard() == [True] * 32
            page.end()
        received = printer.wait_until_has(b"VENTA 31.")
    assert re.findall(rb"VENTA (\d+)\.", received) == [str(n).encode() for n in range(32)]


def test_a_full_queue_is_waited_for_within_the_callers_time(tmp_path: Path) -> None:
    port = free_port()
    script = f"""
    const daemon = connect({{ url, WebSocket }});
    const first = daemon.print({SALE}, {{ id: "1" }});
    const second = daemon.print({MORE}, {{ id: "2" }});
    const third = await daemon.print({MORE}, {{ id: "3", timeout: 300 }}).catch((error) => error);
    say([[third.code, third.accepted], daemon.pending]);
    say([await first, await second].map(({{ printed }}) => printed));
    say((await daemon.jobs()).map(({{ id }}) => id));
    daemon.close();
    """
    settings = config(f"socket://127.0.0.1:{port}", more="[queue]\ncapacity = 1")
    with daemon_process(tmp_path, config=settings) as daemon, node(script, daemon.url) as page:
        assert page.heard() == [["timeout", False], ["1", "2"]]
        with TcpPrinter(port=port) as printer:
            assert page.heard() == [True, True]
            printer.wait_until_has(b"VENTA 1001", b"VENTA 1002")
        assert page.heard() == ["2", "1"]
        page.end()


def test_a_signal_ends_the_waiting_and_says_what_is_known(tmp_path: Path) -> None:
    port = free_port()
    script = f"""
    const daemon = connect({{ url, WebSocket }});
    const control = new AbortController();
    const stop = () => control.abort();
    const {{ signal }} = control;
    const given = await daemon.print({SALE}, {{ id: "1", signal, onAck: stop }}).catch((error) => error);
    const late = await daemon.print({SALE}, {{ id: "2", signal }}).catch((error) => error);
    say([given.code, given.accepted, late.code, daemon.pending]);
    const waiting = daemon.wait("1").catch(({{ code, accepted }}) => [code, accepted]);
    say((await daemon.job("1", {{ timeout: 10000 }})).state);
    daemon.close();
    say([await waiting, daemon.state, await daemon.job("1").catch(({{ code }}) => code)]);
    """
    settings = config(f"socket://127.0.0.1:{port}")
    with daemon_process(tmp_path, config=settings) as daemon, node(script, daemon.url) as page:
        code, accepted, late, pending = page.heard()
        assert (code, accepted, late, pending) == ("aborted", True, "aborted", [])
        assert page.heard() == "queued"
        assert page.heard() == [["closed", True], "closed", "closed"]
        page.end()


# --- verbs ---


def test_a_ticket_that_moved_says_from_where(tmp_path: Path) -> None:
    script = f"""
    const daemon = connect({{ url, WebSocket }});
    say(await daemon.print({SALE}, {{ id: "1001" }}));
    say(await daemon.job("1001"));
    say("moved_from" in JSON.parse(JSON.stringify(await daemon.print({SALE}, {{ printer: "barra" }}))));
    daemon.close();
    """
    with TcpPrinter() as printer:
        settings = stood_in(f"socket://127.0.0.1:{free_port()}", printer.uri)
        with daemon_process(tmp_path, config=settings) as daemon, node(script, daemon.url) as page:
            result, job = page.heard(), page.heard()
            assert (result["printed"], result["printer"], result["moved_from"]) == (True, "barra", "caja")
            assert (job["printer"], job["moved_from"]) == ("barra", "caja")
            moved = next(change for change in job["history"] if change.get("code") == "moved")
            assert (moved["moved_from"], moved["moved_to"]) == ("caja", "barra")
            assert page.heard() is False
            page.end()


def test_jobs_that_have_not_ended_are_listed_in_their_order(tmp_path: Path) -> None:
    script = f"""
    const daemon = connect({{ url, WebSocket, store: null }});
    for (const id of ["0", "1", "2"]) {{
      await new Promise((onAck) => daemon.print({SALE}, {{ id, onAck }}).catch(() => {{}}));
    }}
    await daemon.cancel("1");
    const ids = async (options) => (await daemon.jobs(options)).map(({{ id }}) => id);
    say([await ids({{ pending: true }}), await ids({{ pending: true, limit: 1 }}), await ids()]);
    daemon.close();
    """
    settings = config(f"socket://127.0.0.1:{free_port()}")
    with daemon_process(tmp_path, config=settings) as daemon, node(script, daemon.url) as page:
        assert page.heard() == [["0", "2"], ["0"], ["2", "1", "0"]]
        page.end()


def test_jobs_are_steered_and_watched(tmp_path: Path) -> None:
    port = free_port()
    script = f"""
    const daemon = connect({{ url, WebSocket }});
    const seen = [];
    const stop = daemon.subscribe({{
      job: ({{ id, state }}) => seen.push(`${{id}} ${{state}}`), printer: ({{ printer }}) => seen.push(printer) }});
    const acked = (id) => new Promise((onAck) => daemon.print({SALE}, {{ id, onAck }}).catch(() => {{}}));
    await acked("a");
    await acked("b");
    say((await daemon.hold("b")).state);
    say((await daemon.release("b", {{ open_drawer: true }})).state);
    say((await daemon.cancel("b")).state);
    say(await Promise.all([daemon.cancel("b"), daemon.hold("nobody")].map((one) => one.catch(({{ code }}) => code))));
    say((await daemon.jobs({{ limit: 1 }})).map(({{ id, state, printed }}) => [id, state, printed]));
    say((await daemon.status()).current);
    say((await daemon.printers()).printers.map(({{ name }}) => name));
    const {{ png, width }} = await daemon.preview({SALE});
    say([png.slice(0, 22), width]);
    stop();
    say(seen.filter((one) => one.startsWith("b")));
    say(seen.includes("caja"));
    say((await daemon.reprint("b", {{ banner: true, new_id: "r" }})).printed);
    daemon.close();
    """
    settings = config(f"socket://127.0.0.1:{port}")
    with daemon_process(tmp_path, config=settings) as daemon, node(script, daemon.url) as page:
        assert [page.heard() for _ in range(3)] == ["held", "queued", "cancelled"]
        assert page.heard() == ["not_cancellable", "unknown_job"]
        assert page.heard() == [["b", "cancelled", False]]
        assert page.heard() == 1
        assert page.heard() == ["caja", "virtual"]
        assert page.heard() == ["data:image/png;base64,", 576]
        assert page.heard() == ["b queued", "b held", "b queued", "b cancelled"]
        assert page.heard() is True
        with TcpPrinter(port=port) as printer:
            assert page.heard() is True
            printer.wait_until_has("REIMPRESIÓN".encode("cp1252"))
        page.end()


def test_a_daemon_that_stands_still_is_left_and_found_again(tmp_path: Path) -> None:
    script = """
    const daemon = connect({ url, WebSocket, pingAfter: 200 });
    await daemon.ready;
    daemon.on("state", (state) => say([state, daemon.reason]));
    say("ready");
    """
    with daemon_process(tmp_path) as daemon, node(script, daemon.url) as page:
        assert page.heard() == "ready"
        daemon.process.send_signal(signal.SIGSTOP)
        assert page.heard() == ["waiting", "silent"]
        daemon.process.send_signal(signal.SIGCONT)
        states = iter(page.heard, None)
        assert "connected" in (state for state, _ in states)


def test_diagnose_names_what_node_can_tell(tmp_path: Path) -> None:
    script = """
    say((await diagnose({ url, WebSocket })).verdict);
    say((await diagnose({ url: url.replace("/ws", "/elsewhere"), WebSocket })).verdict);
    say((await diagnose({ url: "ws://127.0.0.1:9/ws", WebSocket })).verdict);
    say((await diagnose({ url: "http//", WebSocket })).verdict);
    """
    with daemon_process(tmp_path) as daemon, node(script, daemon.url) as page:
        assert [page.heard() for _ in range(4)] == ["ok", "wrong_path", "not_running", "invalid_url"]
        page.end()


# --- the package ---


def test_the_daemon_serves_the_module_that_the_package_holds(tmp_path: Path) -> None:
    with daemon_process(tmp_path) as daemon:
        request = urllib.request.Request(f"{daemon.url}/client.js", headers={"Origin": "https://pos.example"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            served = answer.read()
            assert answer.headers.get_content_type() == "text/javascript"
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert served == CLIENT.read_bytes()
    assert json.loads((PACKAGE / "package.json").read_text("utf-8"))["version"] == __version__
    with node("say(1)", "") as page:  # node and npm are there
        assert page.heard() == 1
    pack = ["npm", "pack", "--silent", "--pack-destination", str(tmp_path)]
    subprocess.run(pack, cwd=PACKAGE, check=True, capture_output=True)
    with tarfile.open(next(tmp_path.glob("*.tgz"))) as package:
        names = {name.removeprefix("package/") for name in package.getnames()}
        packed = package.extractfile("package/client.js")
        assert packed is not None
        assert packed.read() == served
    assert names == {"package.json", "client.js", "client.d.ts", "README.md", "LICENSE"}


def test_types_describe_what_there_is() -> None:
    script = """
    const members = (kind) => Object.getOwnPropertyNames(kind.prototype).filter((name) => name !== "constructor");
    say([Object.keys(client), members(client.Daemon), members(client.Ticket)]);
    """
    with node(script, "") as page:
        exported, daemon, ticket = page.heard()
    types = (PACKAGE / "client.d.ts").read_text("utf-8")
    assert set(re.findall(r"^export (?:class|function) (\w+)", types, re.M)) == set(exported)
    for kind, members in (("Daemon", daemon), ("Ticket", ticket)):
        body = re.search(rf"^export class {kind}\b.*?^}}", types, re.M | re.S)
        assert body
        declared = set(re.findall(r"^  (?:readonly )?(\w+)[(:?]", body[0], re.M)) - {"constructor"}
        fields = {"state", "reason", "info", "ready"} if kind == "Daemon" else {"profile", "commands"}
        assert declared - fields == set(members)
    done = subprocess.run(
        [PACKAGE / "node_modules" / ".bin" / "tsc", "-p", "tsconfig.json"], cwd=PACKAGE, capture_output=True, text=True
    )
    assert done.stdout == ""


#: Bytes that the module may have as a page loads it, compressed, its comments included.
MAX_GZIPPED = 9_000


def test_the_module_is_as_small_as_the_guide_says() -> None:
    needs_node("esbuild")
    bundle = subprocess.run(
        ["node_modules/.bin/esbuild", str(CLIENT), "--minify", "--format=esm"],
        cwd=PACKAGE, check=True, capture_output=True,
    ).stdout  # fmt: skip
    served, minified = (len(gzip.compress(module, 9)) for module in (CLIENT.read_bytes(), bundle))
    assert served < MAX_GZIPPED
    guide = (ROOT / "docs" / "integration.md").read_text("utf-8")
    assert f"{served / 1000:.1f} kB compressed as it is served, {minified / 1000:.1f} kB minified" in guide
