"""Identifiers are plain technical English: prose, SQL and what users read are not looked at."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PACKAGES = ("ledger", "blocks", "tasks", "flows", "simulators")

_WORDS = """
    told said bent sound amiss unwell beside standing wish keeping again mend mended warm
"""
AVOIDED = frozenset(_WORDS.split())
"""Each has a plainer one: reported, irregular, valid, failed, open, options, retry, repair."""

STORED = {"is_year_told_by_dates": "a field of the facts in every stage folder"}
"""Names that cannot change without reading what earlier releases wrote."""


def parts(name):
    return set(re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().split("_"))


def names(tree):
    """Return what a module defines or assigns: classes, functions, parameters, variables."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.arg():
                yield node.arg
            case ast.alias(asname=str(name)) | ast.ExceptHandler(name=str(name)):
                yield name
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def avoided(tree):
    return {name for name in names(tree) if parts(name) & AVOIDED}


def test_identifiers_avoid_words_that_have_a_plainer_one():
    found = {}
    for file in (file for package in PACKAGES for file in (ROOT / package).rglob("*.py")):
        module = {file.stem} if parts(file.stem) & AVOIDED else set()
        if bad := (avoided(ast.parse(file.read_text())) | module) - STORED.keys():
            found[str(file.relative_to(ROOT))] = sorted(bad)
    assert found == {}


def test_a_stored_name_is_still_there():
    facts = ast.parse((ROOT / "blocks/staging/facts.py").read_text())
    assert STORED.keys() <= set(names(facts))


def test_each_kind_of_name_is_seen_and_prose_is_not():
    source = '''
        """Again it was told: prose says what it likes."""
        class WarmHost:
            wish: int = 0
            def mend_it(self, said, *told, again=1, **kw):
                self.is_unwell = [beside for beside in told]
                query = "select standing from keeping"
        import os as amiss
        try: pass
        except OSError as bent_one: pass
        match kw:
            case {"a": sound}: pass
    '''
    assert avoided(ast.parse(re.sub(r"^ {8}", "", source, flags=re.MULTILINE))) == {
        "WarmHost", "wish", "mend_it", "said", "told", "again", "is_unwell", "beside", "amiss",
        "bent_one", "sound",
    }  # fmt: skip
