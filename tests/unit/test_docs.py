"""The documentation against the code: what a page says must be so, and what there is must stand on a page."""

from __future__ import annotations

import importlib.util
import json
import re
import textwrap
import tomllib
import types
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest

from ticket_daemon import errors, wire
from ticket_daemon.cli import VERBS, main
from ticket_daemon.daemon import Daemon
from ticket_daemon.doctor import KINDS
from ticket_daemon.frontends.native import http
from ticket_daemon.messages import CATALOGUE
from ticket_daemon.poster.document import decode
from ticket_daemon.poster.document.model import COMMAND_NAMES, Command, Document
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render import render_ticket
from ticket_daemon.settings.config import RELOADED, PrinterSettings, Settings, load
from ticket_daemon.transport import SCHEMES, make_link

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *sorted(DOCS.glob("*.md"))]
READMES = ("README.md", "README.es.md")


def page(name: str) -> str:
    return (DOCS / name if (DOCS / name).exists() else ROOT / name).read_text("utf-8")


def blocks(text: str, language: str = "") -> list[str]:
    """The contents of fenced code blocks; all of them where no language is said."""
    found = re.findall(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [body for word, body in found if not language or word == language]


def indented_blocks(text: str, language: str) -> list[str]:
    """The contents of fenced code blocks in list items, indented as they stand."""
    return re.findall(rf"^ +```{language}\n(.*?)^ +```", text, re.DOTALL | re.MULTILINE)


def rows(text: str) -> list[list[str]]:
    """The cells of every table row, without code marks."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip().replace("`", "") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def section(text: str, title: str) -> str:
    """What stands under the heading that begins with `title`, up to the next heading of its rank."""
    found = re.search(rf"^## {re.escape(title)}.*?\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"no heading {title!r}"
    return found.group(1)


def tool(name: str) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- pages made from code ---


def test_pages_made_from_code_are_up_to_date() -> None:
    assert tool("make_docs").outdated() == [], "write them anew: .venv/bin/python tools/make_docs.py"


# --- links and twins ---


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_relative_links_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", path.read_text("utf-8"))
    relative = [target for target in targets if not re.match(r"\w+:", target)]
    assert [target for target in relative if not (path.parent / target).exists()] == []


def test_spanish_readme_is_the_english_ones_twin() -> None:
    english, spanish = map(page, READMES)
    headings = [
        re.findall(r"^(#+) ", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.M) for text in (english, spanish)
    ]
    assert headings[0] == headings[1]
    assert blocks(english) == blocks(spanish)
    assert len(rows(english)) == len(rows(spanish))
    assert english.count("\n- ") == spanish.count("\n- ")


# --- the command line ---


@pytest.mark.parametrize("name", READMES)
@pytest.mark.parametrize("verb", VERBS)
def test_readme_shows_every_verb(name: str, verb: str) -> None:
    assert f"`ticket-daemon {verb}" in page(name)


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_is_documented(verb: str) -> None:
    command = main.get_command(click.Context(main), verb)
    assert command is not None
    named = [cells for cells in rows(page("operations.md")) if re.search(rf"\b{verb}\b", cells[0])]
    assert named, verb
    options = [
        option for parameter in command.params if isinstance(parameter, click.Option) for option in parameter.opts
    ]
    documented = re.findall(r"(?<![\w-])--?[a-z][\w-]*", " ".join(cells[1] for cells in named))
    assert set(options) - set(documented) == set()


def test_only_verbs_that_exist_are_documented() -> None:
    for path in PAGES:
        shown = re.findall(r"(?:^|`)ticket-daemon ([a-z]+)", path.read_text("utf-8"), re.MULTILINE)
        assert set(shown) <= set(VERBS), path.name


# --- configuration ---


def _keys() -> list[tuple[str, str, Any]]:
    settings = Settings()
    sections = {name: getattr(settings, name) for name in Settings.__struct_fields__}
    return [
        (name, key, getattr(values, key))
        for name, values in sections.items()
        if isinstance(values, msgspec.Struct)
        for key in values.__struct_fields__
    ]


@pytest.mark.parametrize(("name", "key", "default"), _keys(), ids=lambda value: str(value) or "empty")
def test_every_key_is_documented_with_its_default_and_variable(name: str, key: str, default: Any) -> None:
    table = {cells[0]: cells for cells in rows(section(page("configuration.md"), f"[{name}]"))}
    assert key in table
    assert table[key][1] == json.dumps(default)
    assert table[key][2] == f"TICKET_DAEMON_{name}_{key}".upper()


def test_every_key_of_a_printer_is_documented() -> None:
    table = {cells[0]: cells[1] for cells in rows(section(page("configuration.md"), "[[printers]]"))}
    for field in msgspec.structs.fields(PrinterSettings):
        assert table[field.name] == ("required" if field.required else json.dumps(field.default)), field.name


def test_no_key_is_documented_that_does_not_exist() -> None:
    known = {key for _, key, _ in _keys()} | set(PrinterSettings.__struct_fields__)
    text = page("configuration.md")
    tables = [section(text, f"[{name}]") for name in {name for name, _, _ in _keys()}] + [section(text, "[[printers]]")]
    documented = {cells[0] for table in tables for cells in rows(table)} - {"key", "---"}
    assert documented == known


@pytest.mark.parametrize("name", [*READMES, "configuration.md"])
def test_configurations_shown_are_accepted(name: str, tmp_path: Path) -> None:
    shown = blocks(page(name), "toml")
    assert shown
    for text in shown:
        file = tmp_path / "shown.toml"
        file.write_text(text, "utf-8")
        settings = load("test", file, {}, data_dir=tmp_path)
        assert len(settings.printers) == len(tomllib.loads(text)["printers"]) + 1  # and the virtual one
        assert all(find(printer.profile) for printer in settings.printers if printer.profile)


# --- the protocol ---


def _codes() -> set[str]:
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    raised = {kind.code for kind in classes if issubclass(kind, errors.TicketDaemonError)}
    return raised | {"expired", "cancelled", "unknown_outcome"}


@pytest.mark.parametrize("code", sorted(_codes()))
def test_every_error_code_is_documented(code: str) -> None:
    assert f"`{code}`" in section(page("protocol.md"), "Error codes")


_NO_ANSWERS = {
    "already_running", "build_error", "fleet_refused", "fleet_unavailable", "not_looked", "program_gone",
    "service_error", "tls_error", "update_error",
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(_codes() - _NO_ANSWERS))
def test_what_to_do_about_every_error_is_documented(code: str) -> None:
    assert code in " ".join(cells[0] for cells in rows(section(page("integration.md"), "5."))), code


def test_every_verdict_of_the_probe_is_documented() -> None:
    types = page("clients/javascript/client.d.ts")
    union = re.search(r"export type Verdict =(.*?);", types, re.DOTALL)
    assert union
    verdicts = set(re.findall(r'^  \| "(\w+)"', union[1], re.M))
    assert verdicts == {cells[0] for cells in rows(section(page("integration.md"), "4."))} - {"verdict", "---"}


def test_error_codes_have_their_http_status() -> None:
    table = {cells[0]: cells[3] for cells in rows(section(page("protocol.md"), "Error codes")) if len(cells) == 4}
    del table["code"], table["---"]
    assert {code: int(status) for code, status in table.items()} == {code: http.STATUS.get(code, 400) for code in table}
    assert set(http.STATUS) <= set(table)


@pytest.mark.parametrize(
    "request_type", msgspec.inspect.multi_type_info(wire.KINDS), ids=lambda kind: kind.cls.__name__
)
def test_every_message_of_a_client_is_documented_with_its_fields(request_type: Any) -> None:
    table = {cells[0]: cells[1] for cells in rows(section(page("protocol.md"), "What a client may send"))}
    fields = {field.encode_name for field in request_type.fields} - {"auth_token"}
    assert fields - set(re.findall(r"\w+", table[request_type.tag])) == set()


@pytest.mark.parametrize(
    "example", [json.loads(block) for block in blocks(page("protocol.md"), "json")], ids=lambda e: e.get("tipo")
)
def test_answers_shown_have_the_fields_the_server_sends(example: dict[str, Any]) -> None:
    if example.get("tipo") in ("ticket", None):  # a request, and /health
        return
    answer = next(kind for kind in vars(wire).values() if _is_answer(kind, example["tipo"]))
    fields = {field.encode_name: field for field in msgspec.structs.fields(answer)}
    assert set(example) - {"tipo"} <= set(fields)
    assert {name for name, field in fields.items() if field.required} <= set(example)


def _is_answer(kind: Any, tag: str) -> bool:
    answers = isinstance(kind, type) and issubclass(kind, msgspec.Struct) and not kind.__name__.endswith("Request")
    return answers and kind.__struct_config__.tag == tag


def test_sentences_shown_are_the_catalogues() -> None:
    spanish = [re.sub(r"\\\{\w+\\\}", ".+", re.escape(sentence)) for sentence, _ in CATALOGUE.values()]
    sentences = re.compile("|".join(sentence for sentence in spanish if re.search(r"\w\w", sentence)))
    for block in blocks(page("protocol.md"), "json"):
        words = json.loads(block).get("mensaje", "").split(": ")
        endings = [": ".join(words[start:]) for start in range(len(words))]
        assert endings == [""] or any(map(sentences.fullmatch, endings)), endings[0]


def test_every_http_path_is_documented(tmp_path: Path) -> None:
    served = {
        f"{route.method} {route.resource.canonical}"
        for route in Daemon(load("test", None, {}, data_dir=tmp_path)).server.application().router.routes()
        if route.method != "HEAD" and route.resource is not None
    }
    shown = {cells[0] for cells in rows(section(page("protocol.md"), "The same over HTTP"))}
    assert served - shown == {"GET /ws", "GET /static/{name}"}
    assert shown - served == {"request", "---"}


def test_what_a_reload_takes_is_documented() -> None:
    said = section(page("operations.md"), "Other printers without a restart")
    for name, fields in RELOADED.items():
        whole = set(fields) == set(type(getattr(Settings(), name)).__struct_fields__)
        for key in [f"[{name}]"] if whole else [f"{name}.{field}" for field in fields]:
            assert f"`{key}`" in said


def test_links_that_end_spooled_are_documented() -> None:
    text = section(page("operations.md"), "What is known of a printed ticket")
    (where,) = (cells[2] for cells in rows(text) if cells[0] == "spooled")
    examples = {cells[0]: cells[1].split(",")[0] for cells in rows(page("printers.md")) if cells[0][:-3] in SCHEMES}
    links = {scheme: make_link(uri, Profile("80mm")) for scheme, uri in examples.items() if uri.startswith(scheme)}
    assert {"socket://", "file://", "cups://", "ipp://", "winspool://"} <= set(links)
    assert set(where.split(", ")) == {scheme for scheme, link in links.items() if link.assurance == "spooled"}


@pytest.mark.parametrize("name", READMES)
def test_nothing_is_installed_into_the_systems_own_python(name: str) -> None:
    """Debian's and others' is managed by the system and refuses."""
    for block in blocks(page(name)):
        for line in block.splitlines():
            assert "pip install" not in line or re.match(r"\S+[\\/]bin[\\/]", line), line


# --- profiles ---


def test_a_profile_of_ones_own_is_found_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile, configuration = (textwrap.dedent(text) for text in indented_blocks(page("profiles.md"), "toml"))
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "my-printers.toml").write_text(profile, "utf-8")
    (shop / "shown.toml").write_text(configuration, "utf-8")
    monkeypatch.chdir(tmp_path)  # where the daemon starts is of no account
    daemon = Daemon(load("test", shop / "shown.toml", {}, data_dir=tmp_path))
    found = daemon.destinations.get("caja")
    assert found is not None
    assert found.profile is not None
    assert found.profile.name in profile


# --- documents ---


def _examples() -> list[Any]:
    found = []
    for name in ("document.md", *READMES, "protocol.md"):
        for block in blocks(page(name), "json"):
            example = json.loads(block)
            document = example.get("datos", example)
            if "commands" in document:
                found.append(pytest.param(document, id=f"{name} document"))
            elif "type" in document:
                whole = {"version": "1.1", "profile": {"model": "Generic 80mm"}, "commands": [document]}
                found.append(pytest.param(whole, id=f"{name} {document['type']}"))
    return found


@pytest.mark.parametrize("document", _examples())
def test_documents_shown_render_without_a_warning(document: dict[str, Any]) -> None:
    rendered = render_ticket(document)
    assert rendered.data
    assert [warning.text() for warning in rendered.warnings] == []


def test_every_command_is_documented_with_an_example() -> None:
    shown = {command["type"] for example in _examples() for command in example.values[0]["commands"]}
    assert shown == set(COMMAND_NAMES)


@pytest.mark.parametrize("command", msgspec.inspect.multi_type_info(Command.__args__), ids=lambda command: command.tag)
def test_every_field_of_a_command_is_documented(command: Any) -> None:
    text = page("document.md")
    heading = next(line for line in re.findall(r"^## (.*)", text, re.M) if command.tag in re.split(r"[\s,]+", line))
    words = set(
        re.findall(r"`(\w+)`", section(text, heading) + section(text, "Style") + section(text, "The short form"))
    )
    assert _fields(command.fields[0].type) - words == set()


def test_every_field_of_the_document_and_its_profile_is_documented() -> None:
    words = set(re.findall(r"`(\w+)`", page("document.md")))
    whole: Any = msgspec.inspect.type_info(Document)
    assert {field.name for field in whole.fields} - words == set()
    profile = next(field.type for field in whole.fields if field.name == "profile")
    assert _fields(profile) - words == set()


def _fields(kind: Any) -> set[str]:
    """Names of the fields of a struct and of all structs in it."""
    if isinstance(kind, msgspec.inspect.StructType):
        return {field.name for field in kind.fields}.union(*(_fields(field.type) for field in kind.fields))
    inner = getattr(kind, "types", None) or getattr(kind, "item_types", None) or (getattr(kind, "item_type", None),)
    return set().union(*(_fields(part) for part in inner if part is not None))


@pytest.mark.parametrize("tag", [tag for tag in COMMAND_NAMES if f"\n## {tag}\n" in page("document.md")])
def test_defaults_shown_are_those_of_the_code(tag: str) -> None:
    kind = next(command for command in Command.__args__ if command.__struct_config__.tag == tag)
    data = msgspec.structs.fields(kind)[0].type
    table = {cells[0]: cells[1] for cells in rows(section(page("document.md"), tag))}
    for field in msgspec.structs.fields(data):
        shown = table.get(field.name)
        if shown is None:  # the short form
            continue
        if field.required:
            assert shown == "required", field.name
        elif isinstance(field.default, (bool, int)):
            assert shown == json.dumps(field.default), field.name
        elif isinstance(field.default, str):
            assert shown == field.default, field.name


def test_document_without_the_defaults_is_the_same() -> None:
    spelled = {"mode": "partial", "feed": 2}
    wrap = {"version": "1.0", "profile": {"model": "Generic 80mm"}}
    assert decode({**wrap, "commands": [{"type": "cut", "data": spelled}]}) == decode(
        {**wrap, "commands": [{"type": "cut", "data": {}}]}
    )


# --- the log ---


def test_every_event_of_the_log_is_documented() -> None:
    calls = r"log\.(?:debug|info|warning|error|critical|exception)\(\s*\"([a-z_]+)\""
    sources = (ROOT / "src" / "ticket_daemon").rglob("*.py")
    events = {event for path in sources for event in re.findall(calls, path.read_text("utf-8"))}
    documented = set(
        re.findall(r"\w+", " ".join(cells[0] for cells in rows(section(page("operations.md"), "The log"))))
    )
    assert events - documented - {"job_", "nobody_to_tell"} == set()


# --- the doctor ---


def test_every_finding_of_the_doctor_is_documented_with_its_severity() -> None:
    table = {cells[0]: cells[1] for cells in rows(section(page("doctor.md"), "What it finds"))}
    assert {code: kind.severity for code, kind in KINDS.items()} == {
        code: severity for code, severity in table.items() if code not in ("code", "---")
    }


# --- how it is built ---


def test_floors_shown_are_those_that_are_checked() -> None:
    contracts = tomllib.loads(page("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    checked = [
        re.sub(r"ticket_daemon\.(poster\.(?=\w))?", "", "\n".join(c["layers"]))
        for c in contracts
        if c["type"] == "layers"
    ]
    assert blocks(section(page("architecture.md"), "Floors")) == [f"{floors}\n" for floors in checked]


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads(page("pyproject.toml"))["project"]
    wanted = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    names = {re.match(r"[\w-]+", line)[0] for line in wanted} - {project["name"]}  # type: ignore[index]
    reasons = {
        name
        for cells in rows(section(page("contributing.md"), "Dependencies"))
        for name in re.findall(r"[\w-]+", cells[0])
    }
    assert names - reasons == set()


# --- the project stands alone ---


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_lead_to_nothing_outside_the_project(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "shared/" not in text
    assert not re.search(r"\bissues? #?\d", text)


# --- security ---


def test_every_attack_named_has_its_test() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", section(page("security.md"), "Attacks and their tests")))
    assert len(named) > 20
    assert {name for name in named if f"def {name}(" not in sources} == set()
