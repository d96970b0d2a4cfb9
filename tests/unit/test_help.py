"""The page of `--help`: every verb in its group, in the person's language, short enough for a screen."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from ticket_daemon.cli import VERBS, main, overview

#: Rows and columns of the plainest terminal, and what scrolling is fair for a page of that many verbs.
COLUMNS, ROWS = 100, 60


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
