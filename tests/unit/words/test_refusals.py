"""Every refusal has a class, a stable code and values, and its sentence is made there alone."""

from __future__ import annotations

import ast
import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

import pytest

from ledger import errors
from ledger.errors import TasmaError, TerminalError
from ledger.statement.refusals import REASONS

ROOT = Path(__file__).parents[3]
PACKAGES = ("ledger", "blocks", "tasks", "flows")
TABLE = ROOT / "data/reference/refusals.csv"

EVERYTHING = "**"
"""Whatever a class with a table of codes is given."""

ROOTS = ("TasmaError", "TransientError", "TerminalError")


@dataclass
class Refusal:
    """A class of the tree. `values`: names of those it is made with, None if it makes none."""

    name: str
    module: str
    bases: list[str]
    code: str
    sentence: str
    values: list[str] | None
    below: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    trees: dict[str, ast.Module]
    known: dict[str, Refusal]


@pytest.fixture(scope="module")
def source():
    files = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    trees = {str(file.relative_to(ROOT)): ast.parse(file.read_text()) for file in files}
    found = [
        as_refusal(node, path)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    bases = {item.name: item.bases for item in found}
    ours = [item for item in found if is_ours(item.name, bases)]
    assert {} == {name: n for name, n in Counter(item.name for item in ours).items() if n > 1}
    known = {item.name: item for item in ours}
    for item in ours:
        for base in item.bases:
            if base in known:
                known[base].below.append(item.name)
    return Source(trees, known)


def is_ours(name, bases):
    return name == "TasmaError" or any(is_ours(base, bases) for base in bases.get(name, ()))


def as_refusal(node, path):
    texts = {
        target.id: item.value.value
        for item in node.body
        if isinstance(item, ast.Assign) and isinstance(item.value, ast.Constant)
        for target in item.targets
        if isinstance(target, ast.Name)
    }
    code = re.sub(r"(?<!^)(?=[A-Z])", "_", node.name).lower()
    sentence = texts.get("sentence", "")
    return Refusal(
        node.name,
        path.removesuffix(".py").replace("/", "."),
        [base.id for base in node.bases if isinstance(base, ast.Name)],
        texts.get("code", code),
        sentence,
        fields_of(sentence) if sentence else passed_on(node),
    )


def fields_of(sentence):
    return [name for _, name, _, _ in Formatter().parse(sentence) if name]


def passed_on(node):
    """Return the names of the values that the class's own `__init__` gives to `TasmaError`'s."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__":
            return [item.arg or EVERYTHING for item in call.keywords]
    return None


def lines_below(name, known, depth):
    for below in sorted(known[name].below):
        item = known[below]
        yield f"{'    ' * depth}{item.name}  ({item.module})"
        yield from lines_below(below, known, depth + 1)


def test_errors_open_with_the_tree_of_all_there_are(source):
    drawn = errors.__doc__.partition("\n    TasmaError\n")[2].rstrip()
    assert drawn.splitlines() == list(lines_below("TasmaError", source.known, 2))


def codes(source):
    """Return each code with the names of its values, as the reference table has them."""
    found = [
        (item.code, item.values)
        for item in source.known.values()
        if item.values not in (None, [EVERYTHING]) and item.name not in ROOTS
    ]
    found += [(code, fields_of(sentence)) for code, sentence in REASONS.items()]
    return sorted((code, " ".join(dict.fromkeys(values))) for code, values in found)


def test_every_code_with_its_values_is_in_the_reference_table(source):
    with TABLE.open(newline="") as file:
        listed = [tuple(row.values()) for row in csv.DictReader(file)]
    assert listed == codes(source)
    counted = Counter(code for code, _ in listed)
    assert {} == {code: count for code, count in counted.items() if count > 1}


def test_a_class_that_builds_its_message_passes_the_values_on(source):
    assert [] == [
        item.name
        for item in source.known.values()
        if item.values == [] and not item.sentence and item.name not in ROOTS
    ]


def made(source):
    """Return each place that makes an error of ours: path, line, class and call."""
    for path, tree in source.trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name):
                node = ast.Call(node.exc, [], [], lineno=node.lineno)  # noqa: PLW2901 - as made
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if item := source.known.get(name):
                yield f"{path}:{node.lineno}", item, node


def init_of(item, known):
    """Return the class whose `__init__` makes an error: `TasmaError` where none has its own."""
    if item.values is not None and not item.sentence:
        return item.name
    above = [known[base] for base in item.bases if base in known]
    return init_of(above[0], known) if above else item.name


def faults(source):
    for place, item, call in made(source):
        given = sorted(word.arg or "**" for word in call.keywords)
        if init_of(item, source.known) != "TasmaError" or "CallProblem" in item.bases:
            continue
        if not item.sentence:
            yield f"{place}: {item.name} says nothing by itself: raise a class that has a sentence"
        elif call.args or given != sorted(set(item.values)):
            yield f"{place}: {item.name} takes {item.values}, and {given} are given"


def test_nothing_is_raised_without_a_code_and_all_its_values(source):
    assert [] == list(faults(source))


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ("raise TerminalError('no')", "says nothing by itself"),
        ("raise TransientError", "says nothing by itself"),
        ("return Refused('no')", "says nothing by itself"),
        ("raise UnknownLoad(load='l1')", "takes ['load_id']"),
        ("raise UnknownLoad('l1')", "takes ['load_id']"),
        ("raise UnknownLoad", "takes ['load_id']"),
        ("raise UnknownLoad(load_id='l1')", ""),
        ("raise LeaseLost('r', holder='h', token=1)", ""),
    ],
)
def test_a_raise_without_code_or_values_is_found(source, body, finding):
    tree = ast.parse(f"def refuse():\n    {body}")
    found = list(faults(Source({"x.py": tree}, source.known)))
    assert (len(found) == 1 and finding in found[0]) if finding else found == []


class NoTea(TerminalError):
    sentence = "{cups:,} cups were asked for, and {kettle!r} is empty."


class NoMilk(NoTea):
    code = "milk_gone"


def test_message_code_and_values_come_from_the_class():
    error = NoTea(cups=1200, kettle="a\x1b[2Jb")

    assert str(error) == r"1,200 cups were asked for, and 'a\x1b[2Jb' is empty."
    assert ("no_tea", {"cups": 1200, "kettle": "a\x1b[2Jb"}) == (error.code, error.values)
    assert ("milk_gone", "tasma_error") == (NoMilk.code, TasmaError.code)
