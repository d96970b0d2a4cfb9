"""A ticket's whole way, with the installed command, real WebSockets and real TCP printers."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

from support.client import EXAMPLE, client, ticket
from support.daemon_process import daemon_process
from support.tcp_printer import TcpPrinter
from ticket_daemon.poster.render import render_ticket


def config(*printers: TcpPrinter, more: str = "", each: str = "") -> str:
    tables = [
        f'[[printers]]\nname = "p{i}"\nuri = "{printer.uri}"\ndefault = {"true" if i == 0 else "false"}\n{each}\n'
        for i, printer in enumerate(printers)
    ]
    return more + "\n" + "\n".join(tables)


async def test_the_v1_example_prints_as_it_stands(tmp_path: Path) -> None:
    message = (
        '{"tipo":"ticket","id":"pos1-20260109-001","datos":{"version":"1.0","profile":{"model":"80mm EC-PM-80250",'
        '"paper_width":80},"commands":[{"type":"text","data":{"content":{"text":"TICKET DE PRUEBA","align":"center",'
        '"content_style":{"bold":true,"size":"2x2"}}}},{"type":"cut","data":{"mode":"partial"}}]}}'
    )
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer)) as daemon:
        async with client(daemon.url) as pos:
            ack = await pos.ask(message)
            result = await pos.receive()
        received = printer.wait_for(len(render_ticket(EXAMPLE).data))
    assert ack["tipo"] == "ack"
    assert (ack["id"], ack["status"], ack["pos"], ack["capacity"]) == ("pos1-20260109-001", "queued", 1, 100)
    assert (result["tipo"], result["id"], result["status"]) == ("result", "pos1-20260109-001", "success")
    assert received == render_ticket(EXAMPLE).data
    assert b"TICKET DE PRUEBA" in received


async def test_eight_clients_print_two_hundred_tickets_on_two_printers_in_order(tmp_path: Path) -> None:
    """All acked, all results, each ack before its result, the bytes exact and in the order of the acks."""
    clients, each = 8, 25
    with TcpPrinter() as first, TcpPrinter() as second:
        printers = {"p0": first, "p1": second}
        acked: dict[str, list[tuple[str, str]]] = {"p0": [], "p1": []}
        settings = config(first, second, more=f"[queue]\ncapacity = {clients * each}")
        with daemon_process(tmp_path, config=settings) as daemon:

            async def pos(number: int) -> None:
                async with client(daemon.url) as me:
                    for n in range(each):
                        text = f"terminal {number} ticket {n} año €"
                        await me.send({
                            "tipo": "ticket", "id": f"t{number}-{n}", "printer": f"p{n % 2}", "datos": ticket(text),
                        })  # fmt: skip
                    waiting = {f"t{number}-{n}" for n in range(each)}
                    while waiting:
                        answer = await me.receive()
                        if answer["tipo"] == "ack":
                            n = int(answer["id"].split("-")[1])
                            text = f"terminal {number} ticket {n} año €"
                            acked[answer["printer"]].append((answer["id"], text))
                        else:
                            assert answer["tipo"] == "result", answer
                            assert answer["status"] == "success", answer
                            assert any(a["tipo"] == "ack" and a["id"] == answer["id"] for a in me.heard)
                            waiting.remove(answer["id"])

            await asyncio.gather(*(pos(number) for number in range(clients)))
            sizes = {name: sum(len(render_ticket(ticket(text)).data) for _, text in acked[name]) for name in printers}
            everything = {name: printer.wait_for(sizes[name]) for name, printer in printers.items()}
            assert daemon.terminate() == 0
        order = _order_in_database(tmp_path)
    assert sum(map(len, acked.values())) == clients * each
    for name in printers:
        texts = dict(acked[name])
        expected = b"".join(render_ticket(ticket(texts[job_id])).data for job_id in order[name])
        assert everything[name] == expected
        # each terminal's own tickets were acked in the order it sent them, and printed so
        for number in range(clients):
            mine = [job_id for job_id in order[name] if job_id.startswith(f"t{number}-")]
            assert mine == sorted(mine, key=lambda job_id: int(job_id.split("-")[1]))


def _order_in_database(data_dir: Path) -> dict[str, list[str]]:
    import contextlib
    import sqlite3

    with contextlib.closing(sqlite3.connect(data_dir / "queue.db")) as db:
        rows = db.execute("SELECT destination, id FROM jobs ORDER BY seq").fetchall()
    return {name: [job_id for where, job_id in rows if where == name] for name in ("p0", "p1")}


async def test_a_full_queue_refuses_at_once_loses_nothing_and_still_answers(tmp_path: Path) -> None:
    """150 tickets to a printer that does not read: 100 wait, 50 are refused within 50 ms, ping is answered."""
    document = ticket("x" * 40, repeat=400)  # more than the buffers between here and the printer hold
    with TcpPrinter(reads=False) as printer, daemon_process(tmp_path, config=config(printer)) as daemon:
        async with client(daemon.url) as pos:
            answers = [await pos.ask({"tipo": "ticket", "id": f"n{n}", "datos": document}) for n in range(100)]
            assert [a["tipo"] for a in answers] == ["ack"] * 100
            loop = asyncio.get_running_loop()
            delays = []
            for n in range(100, 150):
                begun = loop.time()
                refused = await pos.ask({"tipo": "ticket", "id": f"n{n}", "datos": document})
                delays.append(loop.time() - begun)
                assert (refused["tipo"], refused["code"], refused["id"]) == ("error", "queue_full", f"n{n}")
                assert refused["mensaje"] == "Cola llena, reintente"
                assert refused["retry_after_s"] >= 1
            assert (await pos.ask({"tipo": "ping", "id": "still here"}))["id"] == "still here"
            status = await pos.ask({"tipo": "status"})
            assert (status["current"], status["capacity"]) == (100, 100)
            again = await pos.ask({"tipo": "ticket", "id": "n7", "datos": document})
            assert (again["tipo"], again["duplicate"]) == ("ack", True)
            printer.start_reading()
            results = {f"n{n}" for n in range(100)}
            while results:
                answer = await pos.until(lambda a: a["tipo"] == "result")
                assert answer["status"] == "success"
                results.remove(answer["id"])
            expected = render_ticket(document).data * 100
            assert printer.wait_for(len(expected)) == expected
    assert sorted(delays)[len(delays) // 2] < 0.05, f"refusals took {delays}"


async def test_sigterm_finishes_the_job_in_hand_and_the_next_start_prints_the_rest(tmp_path: Path) -> None:
    document = [ticket(f"number {n} " + "x" * 30, repeat=400) for n in range(5)]
    with TcpPrinter(reads=False) as printer:
        settings = config(printer)
        with daemon_process(tmp_path, config=settings) as daemon:
            async with client(daemon.url) as pos:
                for n, datos in enumerate(document):
                    assert (await pos.ask({"tipo": "ticket", "id": f"n{n}", "datos": datos}))["tipo"] == "ack"
                await asyncio.to_thread(printer.wait_for_connection)
                stopping = asyncio.to_thread(daemon.terminate, 10.0)
                printer.start_reading()
                assert await stopping == 0
        first = bytes(printer.received)
        with daemon_process(tmp_path, config=settings) as daemon:
            total = sum(len(render_ticket(datos).data) for datos in document)
            everything = await asyncio.to_thread(printer.wait_for, total)
    assert everything == b"".join(render_ticket(datos).data for datos in document)
    assert first
    assert everything.startswith(first)
    assert len(first) < total


async def test_a_printer_that_is_off_delays_nobody_else_and_prints_when_it_is_back(tmp_path: Path) -> None:
    with TcpPrinter() as works:
        off = TcpPrinter()
        off.close()
        with daemon_process(tmp_path, config=config(works, off)) as daemon:
            async with client(daemon.url) as pos:
                assert (await pos.ask({"tipo": "ticket", "id": "a", "printer": "p1", "datos": EXAMPLE}))[
                    "tipo"
                ] == "ack"
                _, result = await pos.print(EXAMPLE, id="b", printer="p0")
                assert result["status"] == "success"
                back = TcpPrinter(port=off.port)
                result = await pos.until(lambda a: a["tipo"] == "result")
                assert (result["id"], result["status"]) == ("a", "success")
                back.close()


async def test_a_printer_that_stays_off_fails_the_job_with_a_reason(tmp_path: Path) -> None:
    off = TcpPrinter()
    off.close()
    with daemon_process(tmp_path, config=config(off, each='retry_s = 0\non_failure = "fail"')) as daemon:
        async with client(daemon.url) as pos:
            _, result = await pos.print(EXAMPLE, id="a")
            assert (result["status"], result["state"], result["code"]) == ("error", "failed", "printer_offline")
            assert result["mensaje"].startswith("PRINTER:")
            status = await pos.ask({"tipo": "status"})
            assert status["printers"][0]["reasons"] == ["offline"]
        assert daemon.health()["status"] != "ok"


async def test_on_failure_hold_keeps_the_job_for_a_person(tmp_path: Path) -> None:
    off = TcpPrinter()
    off.close()
    with daemon_process(tmp_path, config=config(off, each='retry_s = 0\non_failure = "hold"')) as daemon:
        async with client(daemon.url) as pos:
            _, result = await pos.print(EXAMPLE, id="a")
            assert (result["status"], result["state"]) == ("error", "held")
            assert (await pos.ask({"tipo": "cancel", "id": "a"}))["state"] == "cancelled"


async def test_a_link_that_drops_mid_write_holds_the_job_and_never_prints_it_again(tmp_path: Path) -> None:
    document = ticket("x" * 40, repeat=400)
    with TcpPrinter(reads=False) as printer, daemon_process(tmp_path, config=config(printer)) as daemon:
        async with client(daemon.url) as pos:
            await pos.ask({"tipo": "ticket", "id": "a", "datos": document})
            await asyncio.to_thread(printer.wait_for_connection)
            await _until_state(pos, "a", "printing")
            printer.drop()
            result = await pos.until(lambda a: a["tipo"] == "result")
            assert (result["state"], result["code"], result["status"]) == ("held", "unknown_outcome", "error")
            printer.start_reading()
            printer.received.clear()
            _, result = await pos.print(EXAMPLE, id="b")
            assert result["status"] == "success"
            assert printer.wait_for(len(render_ticket(EXAMPLE).data)) == render_ticket(EXAMPLE).data


async def _until_state(pos: object, job_id: str, state: str) -> None:
    while (await pos.ask({"tipo": "job", "id": job_id}))["state"] != state:  # type: ignore[attr-defined]
        pass


async def test_a_killed_daemon_prints_what_had_not_begun_and_holds_what_had(tmp_path: Path) -> None:
    document = ticket("x" * 40, repeat=400)
    with TcpPrinter(reads=False) as printer:
        settings = config(printer)
        with daemon_process(tmp_path, config=settings) as daemon:
            async with client(daemon.url) as pos:
                for n in range(3):
                    await pos.ask({"tipo": "ticket", "id": f"n{n}", "datos": document})
                await _until_state(pos, "n0", "printing")
            daemon.kill()
        printer.drop()
        printer.start_reading()
        with daemon_process(tmp_path, config=settings) as daemon:
            async with client(daemon.url) as pos:
                for n in (1, 2):
                    answer = await pos.ask({"tipo": "job", "id": f"n{n}", "watch": True})
                    if answer["state"] in ("queued", "printing"):
                        answer = await pos.until(lambda a: a["tipo"] == "result")
                    else:
                        await pos.until(lambda a: a["tipo"] == "result")
                held = await pos.ask({"tipo": "job", "id": "n0"})
                assert (held["state"], held["code"]) == ("held", "unknown_outcome")
            assert printer.wait_for(len(render_ticket(document).data) * 2).count(b"x" * 40) == 800


async def test_the_log_has_no_ticket_text_and_no_token_and_cannot_be_forged(tmp_path: Path) -> None:
    with daemon_process(tmp_path) as daemon:
        async with client(daemon.url) as pos:
            forged = 'a\n{"time":"now","level":"info","event":"forged"}\x1b[2J'
            await pos.print(ticket("SECRET TEXT"), id=forged, auth_token="SECRET TOKEN")
            await pos.ask({"tipo": "SECRET TYPE\n"})
        assert daemon.terminate() == 0
        log = daemon.log
    text = json.dumps(log) + "".join(daemon.output)
    assert "SECRET" not in text
    assert any(line.get("job") == forged for line in log)
    assert not any(line["event"] == "forged" for line in log)
    assert not any("\x1b" in line or line.startswith("{") for line in daemon.output)


def test_a_second_daemon_on_the_same_data_or_port_says_so_and_leaves(tmp_path: Path) -> None:
    import subprocess
    import sys

    with daemon_process(tmp_path / "one") as daemon:
        run = [sys.executable, "-m", "ticket_daemon", "run", "--env", "test"]
        same_data = subprocess.run(
            [*run, "--port", "0", "--data-dir", str(tmp_path / "one")], capture_output=True, text=True, timeout=30
        )
        same_port = subprocess.run(
            [*run, "--port", str(daemon.port), "--data-dir", str(tmp_path / "two")],
            capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        assert daemon.health()["status"] == "ok"
    assert same_data.returncode == 1
    assert str(tmp_path / "one") in same_data.stderr
    assert same_port.returncode == 1
    assert re.search(rf"\b{daemon.port}\b", same_port.stderr)
