"""Every command that a message, a page or a document names is there, with the options it is given.

`test_frame` runs each command's ``--help`` and parses its examples; here it is looked at what all
other text tells people to type.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from flows.cli import switches
from flows.cli.commands import GROUPS, CommandPath
from flows.cli.lazy import LazyGroup, every_command

ROOT = Path(__file__).parents[3]
SOURCES = ("ledger", "blocks", "tasks", "flows")
TEXTS = (
    "README.md",
    "docs/**/*.md",
    "flows/**/*.html",
    "flows/**/*.jinja",
    "data/reference/**/*.csv",
)

OPTIONS = {
    path: {option for item in command.params for option in (*item.opts, *item.secondary_opts)}
    | {"--help", "-h"}
    for path, command in every_command(LazyGroup())
}
OF_PROGRAM = {*switches.ALONE, switches.HOME, "--version", "--help", "--install-completion"}

INVENTED = "toy"
"""The system that docs/extending.md adds as an example."""

NAMED = re.compile(r"(?<![\w./@<-])tasma((?: +[^\s`|;()…]+)+)")
"""The program's name and the words behind it, up to what ends a command in prose."""


def unknown(text: str) -> Iterator[str]:
    """Yield what a text names as a command of ours and is none."""
    for found in NAMED.finditer(text):
        words = list(typed(found[1].split()))
        while words and words[0] in OF_PROGRAM:
            words = words[2:] if words[0] == switches.HOME else words[1:]
        if not words or not is_name(words[0]) or INVENTED in words:
            continue
        path = longest(OPTIONS, words)
        group = longest(GROUPS, words)
        if not path and (not group or any(map(is_name, words[len(group) : len(group) + 1]))):
            yield f"tasma {' '.join(words)}"
        options = (word.partition("=")[0] for word in words[len(path) :] if path)
        for option in options:
            if option.startswith("--") and option not in OPTIONS[path] | OF_PROGRAM:
                yield f"tasma {' '.join(path)} ... {option}"


def typed(words: list[str]) -> Iterator[str]:
    """Yield the words up to a comma or the like, which ends a command in a sentence."""
    for word in words:
        yield (bare := word.rstrip(".,:!?\"'"))
        if word[len(bare) :].strip("\"'"):
            return


def longest(paths: Iterable[CommandPath], words: list[str]) -> CommandPath:
    """Return the longest of the paths that words begin with, empty if there is none."""
    return max((path for path in paths if tuple(words[: len(path)]) == path), key=len, default=())


def is_name(word: str) -> bool:
    return re.fullmatch(r"[a-z][a-z-]+", word) is not None


def sentences() -> Iterator[tuple[str, str]]:
    """Yield the texts of the code and of documents, each with the file it is in."""
    for package in SOURCES:
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    parts = (
                        part.value if isinstance(part, ast.Constant) else "X"
                        for part in node.values
                    )
                    yield str(file.relative_to(ROOT)), "".join(map(str, parts))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield str(file.relative_to(ROOT)), node.value
    for pattern in TEXTS:
        for file in sorted(ROOT.glob(pattern)):
            yield str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")


def test_every_command_that_is_named_is_there_with_its_options():
    wrong = {(file, command) for file, text in sentences() for command in unknown(text)}

    assert set() == wrong


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Try `tasma ledger braks acme`.", "tasma ledger braks acme"),
        ("tasma tenant list --jsn", "tasma tenant list ... --jsn"),
        ("run tasma --demo impot x.se", "tasma impot x.se"),
    ],
)
def test_a_command_or_an_option_that_is_not_there_is_seen(text, found):
    assert [found] == list(unknown(text))
