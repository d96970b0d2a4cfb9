"""`GET /metrics` of a daemon at work; the alert rules and the dashboard against what it tells, by promtool."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from support.client import EXAMPLE, client
from ticket_daemon.daemon import Daemon
from ticket_daemon.settings import config as configuration

ROOT = Path(__file__).resolve().parents[2]
MONITORING = ROOT / "docs" / "monitoring"
TOKEN = "a-token-for-figures"
CONFIG = '[[printers]]\nname = "roll"\nuri = "virtual://roll"\ndefault = true\n'
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(
    PROMTOOL is None, reason="no promtool: apt-get install --no-install-recommends prometheus"
)


@contextlib.asynccontextmanager
async def running(folder: Path, text: str = CONFIG) -> AsyncIterator[str]:
    (folder / "config.toml").write_text(text, "utf-8")
    daemon = Daemon(configuration.load("test", folder / "config.toml", {}, {"server": {"port": 0}}, folder))
    await daemon.start()
    try:
        yield daemon.url.rstrip("/")
    finally:
        await daemon.close()


async def scraped(url: str, status: int = 200, **headers: str) -> tuple[str, str]:
    """The body of `/metrics`, and its content type."""
    async with aiohttp.ClientSession() as http, http.get(f"{url}/metrics", headers=headers) as answer:
        assert answer.status == status
        return await answer.text(), answer.headers["Content-Type"]


def samples(text: str) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


async def test_what_happens_to_tickets_is_counted(tmp_path: Path) -> None:
    async with running(tmp_path) as url, client(url) as pos:
        await pos.print(EXAMPLE, id="a", printer="roll")
        again = await pos.ask({"tipo": "ticket", "datos": EXAMPLE, "id": "a", "printer": "roll"})
        assert again["duplicate"]
        await pos.receive()  # and its result
        refused = await pos.ask({"tipo": "ticket", "datos": EXAMPLE, "printer": "nobody"})
        assert refused["code"] == "unknown_printer"
        async with aiohttp.ClientSession() as http, http.get(f"{url}/api/v1/jobs/none") as answer:
            assert answer.status == 404
        text, _ = await scraped(url)
    values = samples(text)
    assert values["ticket_daemon_ack_seconds_count",] == 1, "a duplicate is no new acceptance"
    assert values["ticket_daemon_job_changes_total", "roll", "queued"] == 1
    assert values["ticket_daemon_job_changes_total", "roll", "printing"] == 1
    ended = sum(values["ticket_daemon_job_changes_total", "roll", state] for state in ("sent", "confirmed", "spooled"))
    assert ended == 1
    assert values["ticket_daemon_print_seconds_count", "roll"] == 1
    assert values["ticket_daemon_jobs", "roll", "queued"] == 0
    assert values["ticket_daemon_refusals_total", "unknown_printer"] == 1
    assert values["ticket_daemon_refusals_total", "unknown_job"] == 1
    assert values["ticket_daemon_commit_seconds_count",] >= 2
    assert values["ticket_daemon_connections",] == 1
    assert values["ticket_daemon_queue_capacity_jobs",] == 200, "100 for each of two"
    assert values["ticket_daemon_printer_online", "roll"] == 1
    assert values["ticket_daemon_workers_ok",] == 1


async def test_openmetrics_is_spoken_to_those_who_ask_for_it(tmp_path: Path) -> None:
    async with running(tmp_path) as url:
        text, kind = await scraped(url, Accept="application/openmetrics-text; version=1.0.0")
    assert kind.startswith("application/openmetrics-text")
    assert "ticket_daemon_build" in {family.name for family in openmetrics(text)}


async def test_a_daemon_that_wants_a_token_wants_it_for_its_figures(tmp_path: Path) -> None:
    hashed = hashlib.sha256(TOKEN.encode()).hexdigest()
    async with running(tmp_path, f'[auth]\ntoken_sha256 = "{hashed}"\n{CONFIG}') as url:
        refused, _ = await scraped(url, 401)
        assert json.loads(refused)["code"] == "unauthorized"
        text, _ = await scraped(url, Authorization=f"Bearer {TOKEN}")
    assert samples(text)["ticket_daemon_refusals_total", "unauthorized"] == 1


async def test_the_page_of_figures_lists_what_is_told_and_nothing_else(tmp_path: Path) -> None:
    nobody_there = '[fleet]\nurl = "nats://127.0.0.1:1"\nstore = "lima"\n'
    async with running(tmp_path, nobody_there + CONFIG) as url, client(url) as pos:
        await pos.print(EXAMPLE, printer="roll")
        text, _ = await scraped(url)
    page = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    named = set(re.findall(r"`(ticket_daemon_\w+)`", page))
    told = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ticket_daemon_")}
    assert told == named


# --- promtool ---


def promtool(*arguments: str, given: str = "") -> str:
    """Its output; it must be content."""
    assert PROMTOOL
    done = subprocess.run([PROMTOOL, *arguments], input=given, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@needs_promtool
async def test_promtool_finds_nothing_to_say_about_the_figures(tmp_path: Path) -> None:
    async with running(tmp_path) as url:
        text, _ = await scraped(url)
    assert promtool("check", "metrics", given=text) == ""


@needs_promtool
def test_the_configuration_and_the_rules_are_what_prometheus_takes() -> None:
    promtool("check", "config", str(MONITORING / "prometheus.yml"))
    promtool("check", "rules", str(MONITORING / "alerts.yml"))


def asked_by_the_dashboard() -> list[str]:
    dashboard = json.loads((MONITORING / "grafana.json").read_text("utf-8"))
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


@needs_promtool
def test_the_dashboards_questions_are_promql(tmp_path: Path) -> None:
    rules = [{"record": f"panel:{n}", "expr": asked} for n, asked in enumerate(asked_by_the_dashboard())]
    file = tmp_path / "panels.json"  # JSON is YAML
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}), "utf-8")
    assert f"{len(rules)} rules found" in promtool("check", "rules", str(file))


async def test_rules_and_dashboard_ask_for_figures_that_there_are(tmp_path: Path) -> None:
    async with running(tmp_path) as url, client(url) as pos:
        await pos.print(EXAMPLE, printer="roll")
        await pos.print(EXAMPLE, printer="roll")
        failed = await pos.ask({"tipo": "ticket", "datos": {}})
        assert failed["code"] == "invalid_document"
        text, _ = await scraped(url)
    told = {name for name, *_ in samples(text)} | {"up", "ticket_daemon_job_troubles_total"}
    asked = " ".join([*asked_by_the_dashboard(), (MONITORING / "alerts.yml").read_text("utf-8")])
    assert set(re.findall(r"\b(ticket_daemon_\w+|process_\w+)", asked)) - told == set()


#: A series, its values a minute apart, and the alert that it must raise by when.
ALERTS = [
    ('ticket_daemon_printer_online{instance="shop",printer="caja"}', "1 0x10", "5m", "TicketPrinterOffline"),
    ('ticket_daemon_printer_reason{instance="shop",printer="caja",reason="media-empty"}', "0 1x10", "5m",
     "TicketPrinterNeedsAPerson"),
    ('ticket_daemon_jobs{instance="shop",printer="caja",state="held"}', "1x10", "8m", "TicketJobsHeld"),
    ('ticket_daemon_storage_ok{instance="shop"}', "1 0x10", "5m", "TicketStorageTrouble"),
    ('up{job="ticket-daemon",instance="shop"}', "1 0x10", "8m", "TicketDaemonDown"),
    ('ticket_daemon_refusals_total{instance="shop",code="queue_full"}', "0+5x10", "10m", "TicketsRefused"),
]  # fmt: skip


@needs_promtool
@pytest.mark.parametrize(("series", "values", "when", "alert"), ALERTS, ids=[alert for *_, alert in ALERTS])
def test_alerts_are_raised_by_what_they_are_for(
    tmp_path: Path, series: str, values: str, when: str, alert: str
) -> None:
    rules = {
        "rule_files": [str(MONITORING / "alerts.yml")],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": series, "values": values}],
                "promql_expr_test": [
                    {
                        "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing",instance="shop"}})',
                        "eval_time": when,
                        "exp_samples": [{"labels": "{}", "value": 1}],
                    }
                ],
            }
        ],
    }
    file = tmp_path / "test.json"
    file.write_text(json.dumps(rules), "utf-8")
    promtool("test", "rules", str(file))
