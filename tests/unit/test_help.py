"""`--help`: every verb in its group, short enough for a screen; and each verb's own page; in the person's language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from ticket_daemon.cli import VERBS, main, manual, overview
from ticket_daemon.messages import CATALOGUE

#: Rows and columns of the plainest terminal, and what scrolling is fair for a page of that many verbs.
COLUMNS, ROWS = 100, 61


def page(lang: str) -> str:
    shown = CliRunner().invoke(main, ["--help"], env={"LC_ALL": lang, "COLUMNS": str(COLUMNS)})
    assert shown.exit_code == 0
    return shown.output


def test_no_verb_is_missing_and_none_stands_twice() -> None:
    groups = dict(overview.grouped(VERBS))
    assert sorted(verb for group in groups.values() for verb in group) == sorted(VERBS)


def test_verb_that_no_group_names_is_shown_all_the_same() -> None:
    assert dict(overview.grouped(["run", "fly"])) == {"help.daemon": ["run"], "help.other": ["fly"]}


@pytest.mark.parametrize(("lang", "words"), [("es", ("Uso:", "Ejemplos:")), ("en", ("Usage:", "Examples:"))])
def test_page_is_in_the_persons_language_and_fits(lang: str, words: tuple[str, ...]) -> None:
    text = page(lang)
    for word in (*words, *VERBS):
        assert word in text
    assert len(text.splitlines()) <= ROWS
    assert max(map(len, text.splitlines())) <= COLUMNS


@pytest.mark.parametrize("example", overview.EXAMPLES)
def test_examples_are_verbs_that_exist_with_options_they_have(example: str) -> None:
    words = example.removeprefix("sudo ").split()
    assert words[0] == "ticket-daemon"
    command = main.get_command(None, words[1])  # type: ignore[arg-type]
    assert command is not None
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= options


# --- each verb's own page ---


def every(group: click.Group, *above: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Each verb of a group and of the groups in it, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*above, name), command
        if isinstance(command, click.Group):
            yield from every(command, *above, name)


COMMANDS = dict(every(main))
OPTIONS = {
    (*words, option.opts[0]): option
    for words, command in COMMANDS.items()
    for option in command.params
    if isinstance(option, click.Option)
}
#: What click says by itself, and what it would show of a text that is none.
CLICKS_OWN = r"Usage|Options|Commands|Show this message|default:|required|env var|INTEGER|DIRECTORY|FILENAME"
KEYS = r"\b(does|option|value|help|verb)\.[a-z_]+"


def verbs_page(words: tuple[str, ...], lang: str) -> str:
    shown = CliRunner().invoke(main, [*words, "--help"], env={"LC_ALL": lang, "COLUMNS": str(COLUMNS)})
    assert shown.exit_code == 0, shown.output
    return shown.output


def as_read(text: str) -> str:
    """A text without the places where its lines end."""
    return " ".join(text.replace("\b", "").split())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_verb_says_in_both_languages_what_it_does(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]
    assert isinstance(command, manual.Verb)
    spanish, english = CATALOGUE[command.help or ""]
    assert spanish != english
    for lang, text in (("es", spanish), ("en", english)):
        page = verbs_page(words, lang)
        assert as_read(text) in as_read(page)
        assert re.findall(KEYS, page) == []


@pytest.mark.parametrize("words", OPTIONS, ids=" ".join)
def test_every_option_says_in_both_languages_what_it_is_for(words: tuple[str, ...]) -> None:
    option = OPTIONS[words]
    spanish, english = CATALOGUE[option.help or ""]
    assert spanish != english
    for lang, text in (("es", spanish), ("en", english)):
        assert as_read(text) in as_read(verbs_page(words[:-1], lang))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_nothing_of_clicks_own_english_stands_on_a_spanish_page(words: tuple[str, ...]) -> None:
    assert re.findall(CLICKS_OWN, verbs_page(words, "es")) == []


def test_an_option_tells_what_it_is_else_which_variable_does_the_same_and_that_it_is_needed() -> None:
    assert "[por omisión: 60.0]" in verbs_page(("print",), "es")
    assert "[default: http://127.0.0.1:8766]" in as_read(verbs_page(("status",), "en"))
    assert "[variable: TICKET_DAEMON_FLEET_URL; obligatoria]" in as_read(verbs_page(("fleet", "send"), "es"))
    assert "TIENDA IMPRESORA ARCHIVO" in verbs_page(("fleet", "send"), "es")
    assert "[STORE]" in verbs_page(("fleet", "status"), "en")


def test_wrong_use_shows_the_usage_in_the_persons_language() -> None:
    shown = CliRunner().invoke(main, ["job"], env={"LC_ALL": "es"})
    assert shown.exit_code == 2
    assert "job [OPCIONES] TICKET" in shown.output
