"""Every command that a message, a page or a document names is there, with the options it is given.

`test_frame` runs each command's ``--help`` and parses its examples; here it is looked at what all
other text tells people to type.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
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

EVERY = dict(every_command(LazyGroup()))
OPTIONS = {
    path: {option for item in command.params for option in (*item.opts, *item.secondary_opts)}
    | {"--help", "-h"}
    for path, command in EVERY.items()
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
        behind = words[max(len(path), len(group)) :][:1]
        is_unknown = not path and (not group or any(map(is_name, behind)))
        if is_unknown or (path and any(map(is_name, behind)) and not takes_any(path)):
            yield f"tasma {' '.join(words)}"
        options = (word.partition("=")[0] for word in words[len(path) :] if path)
        for option in options:
            if option.startswith("--") and option not in OPTIONS[path] | OF_PROGRAM:
                yield f"tasma {' '.join(path)} ... {option}"


def takes_any(path: CommandPath) -> bool:
    """Return whether a command takes values: what follows one that does not is a mistake."""
    parameters = EVERY[path].params
    return any(item.param_type_name == "argument" or not item.is_flag for item in parameters)


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
    for file, tree in trees():
        for node in ast.walk(tree):
            if text := text_of(node):
                yield file, text
    for pattern in TEXTS:
        for file in sorted(ROOT.glob(pattern)):
            yield str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")


@cache
def trees() -> list[tuple[str, ast.Module]]:
    """Return the modules that name the program."""
    files = [file for package in SOURCES for file in sorted((ROOT / package).rglob("*.py"))]
    texts = {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files}
    return [(name, ast.parse(text)) for name, text in texts.items() if "tasma " in text]


def text_of(node: ast.AST) -> str:
    """Return what a string of the code says, `VALUE` for what is put in; else nothing."""
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else VALUE for part in node.values)
        return "".join(map(str, parts))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def lacking(text: str) -> Iterator[str]:
    """Yield the commands that a text names without all that they cannot do without.

    A value that is put in may be several words, such as a tenant and a year; options are written
    out.
    """
    for found in NAMED.finditer(" ".join(text.split())):
        words = list(typed(found[1].split()))
        while words and words[0] in OF_PROGRAM:
            words = words[2:] if words[0] == switches.HOME else words[1:]
        path = longest(OPTIONS, words)
        needed = [item for item in EVERY[path].params if item.required] if path else []
        given = {word.partition("=")[0] for word in words[len(path) :]}
        values = [word for word in words[len(path) :] if not word.startswith("-")]
        arguments = [item for item in needed if item.param_type_name == "argument"]
        is_short = len(values) < len(arguments) and not any(VALUE in word for word in values)
        options = [item.opts[0] for item in needed if item not in arguments]
        if is_short or not given.issuperset(options):
            yield f"tasma {' '.join(words)}"


def said_to_people() -> Iterator[tuple[str, str]]:
    """Yield the texts that a person reads while something is at stake: not help, not documents."""
    for file, tree in trees():
        beside = {id(part) for node in ast.walk(tree) for part in not_said(node)}
        for node in ast.walk(tree):
            if id(node) not in beside and (text := text_of(node)):
                yield file, text
    for file in sorted((ROOT / "data/reference").rglob("*.csv")):
        yield str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")


def not_said(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is a docstring, a line of help, or a part of a longer text."""
    if isinstance(node, ast.Expr):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from node.values
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Listed":
        yield from node.args


VALUE = "VALUE"


def test_what_a_message_tells_people_to_type_is_whole():
    """`TENANT` and the like stand for what it cannot know; the command line fills them in."""
    wrong = {(file, command) for file, text in said_to_people() for command in lacking(text)}

    assert set() == wrong


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see `tasma push status`.", "tasma push status"),
        ("see `tasma push status VALUE`.", "tasma push status VALUE"),
        ("give tasma ecom accounts\n export, then", "tasma ecom accounts export"),
        ("tasma tenant year add acme", "tasma tenant year add acme"),
    ],
)
def test_a_command_that_lacks_something_is_seen(text, found):
    assert [found] == list(lacking(text))


@pytest.mark.parametrize(
    "text", ["tasma push status acme --to fennoa", "tasma tenant year add VALUE", "tasma demo"]
)
def test_a_command_that_is_whole_is_not(text):
    assert [] == list(lacking(text))


def test_every_command_that_is_named_is_there_with_its_options():
    wrong = {(file, command) for file, text in sentences() for command in unknown(text)}

    assert set() == wrong


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Try `tasma ledger braks acme`.", "tasma ledger braks acme"),
        ("tasma tenant list --jsn", "tasma tenant list ... --jsn"),
        ("run tasma --demo impot x.se", "tasma impot x.se"),
        ("`tasma template journal` prints it", "tasma template journal"),
    ],
)
def test_a_command_or_an_option_that_is_not_there_is_seen(text, found):
    assert [found] == list(unknown(text))
