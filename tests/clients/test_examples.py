"""The examples for scripts and servers, run as they stand against a daemon; what they print, byte by byte."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from lines import config, free_port

from support.daemon_process import DaemonProcess, daemon_process
from support.tcp_printer import TcpPrinter
from ticket_daemon.poster import Ticket, cell
from ticket_daemon.poster.render import render_ticket

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
GREETING = render_ticket(Ticket("Generic 80mm").text("CAFÉ LA NUBE", align="center").cut().document()).data


def needs(program: str, package: str) -> None:
    """Skip where a program is missing."""
    if shutil.which(program) is None:
        pytest.skip(f"this test needs {program}: apt install {package}")


def run(daemon: DaemonProcess, *command: str | Path) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "TICKET_DAEMON_URL": daemon.url}
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)


def test_curl_prints_once_and_says_what_became_of_it(tmp_path: Path) -> None:
    needs("curl", "curl")
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer.uri)) as daemon:
        first = run(daemon, EXAMPLES / "curl.sh", "1001")
        again = run(daemon, EXAMPLES / "curl.sh", "1001")
        mistaken = tmp_path / "ticket.json"
        mistaken.write_text(
            '{"version":"1.0","profile":{"model":"x"},"commands":[{"type":"feed","data":{"lines":256}}]}'
        )
        refused = run(daemon, EXAMPLES / "curl.sh", "1002", mistaken)
        received = printer.wait_for(len(GREETING))
    ack, job = map(json.loads, first.stdout.splitlines())
    assert (first.returncode, ack["id"], job["state"]) == (0, "1001", "sent"), first.stderr
    assert (again.returncode, json.loads(again.stdout.splitlines()[0])["duplicate"]) == (0, True)
    assert refused.returncode != 0
    assert json.loads(refused.stdout)["path"] == "commands[0].data.lines"
    assert received == GREETING


def test_curl_says_that_a_ticket_did_not_print(tmp_path: Path) -> None:
    needs("curl", "curl")
    printer = f'[[printers]]\nname = "caja"\nuri = "socket://127.0.0.1:{free_port()}"\ndefault = true\nretry_s = 0\n'
    with daemon_process(tmp_path, config=printer) as daemon:
        done = run(daemon, EXAMPLES / "curl.sh", "1001")
    assert done.returncode == 1
    assert json.loads(done.stdout.splitlines()[1])["code"] == "printer_offline"


def test_python_prints_once_and_says_what_became_of_it(tmp_path: Path) -> None:
    sale = (
        Ticket("Generic 80mm")
        .text("CAFÉ LA NUBE", align="center", bold=True)
        .row("Café con leche", cell("3.20", 10, "right"))
        .row("Tostada", cell("2.10", 10, "right"))
        .cut()
    )
    expected = render_ticket(sale.document()).data
    script = EXAMPLES / "python" / "print_sale.py"
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer.uri)) as daemon:
        first, again = (run(daemon, sys.executable, script, "1001") for _ in range(2))
        received = printer.wait_for(len(expected))
    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    assert first.stdout == again.stdout != ""
    assert received == expected


def test_a_php_form_prints_once_however_often_it_is_sent(tmp_path: Path) -> None:
    needs("php", "php-cli")
    port = free_port()
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer.uri)) as daemon:
        command = ["php", "-S", f"127.0.0.1:{port}", str(EXAMPLES / "php" / "print.php")]
        server = subprocess.Popen(
            command,
            env={**os.environ, "TICKET_DAEMON_URL": daemon.url, "CAJA_HOSTS": f"127.0.0.1:{port}"},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stderr is not None
            while "started" not in server.stderr.readline():
                assert server.poll() is None
            page = f"http://127.0.0.1:{port}/"
            browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            with browser.open(page, timeout=30) as answer:
                shown = answer.read().decode()
            assert 'name="id"' in shown
            (token,) = re.findall(r'name="token" value="(\w+)"', shown)
            form = urllib.parse.urlencode({"id": "1001", "text": "CAFÉ LA NUBE", "token": token}).encode()
            for asker, body, headers in (
                (urllib.request.build_opener(), form, {}),  # another browser's post
                (browser, form.replace(token.encode(), b"x"), {}),
                (browser, form, {"Origin": "https://evil.example"}),
                (browser, form, {"Host": "led-here.example"}),
            ):
                with pytest.raises(urllib.error.HTTPError, match=r"403|421") as refused:
                    asker.open(urllib.request.Request(page, body, headers), timeout=30)
                refused.value.close()
            for _ in range(2):
                with browser.open(page, form, timeout=30) as answer:
                    assert "✓ " in answer.read().decode()
            other = urllib.parse.urlencode({"id": "1001", "text": "OTRO", "token": token}).encode()
            with browser.open(page, other, timeout=30) as answer:
                assert "✗ " in answer.read().decode()
            received = printer.wait_for(len(GREETING))
        finally:
            server.kill()
            server.wait()
            server.stderr.close()
    assert received == GREETING
