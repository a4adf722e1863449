"""One suite over every registered system: what a new one lacks is told by name."""

from __future__ import annotations

import csv
import inspect
from importlib import import_module

import pytest
from prefect.blocks.core import Block
from pydantic import SecretStr

from blocks.http import WhoActs
from blocks.hub import ConnectionState
from blocks.settings import PROJECT
from blocks.systems.registry import PARTS, SESSION_PARTS, SYSTEMS, system
from ledger.errors import TerminalError

pytestmark = pytest.mark.parametrize("name", SYSTEMS)


def test_package_offers_every_part(name):
    found = system(name)

    assert [] == [part for part in PARTS if not hasattr(found, part)]
    assert name == found.SYSTEM
    for part in (found.open_session, found.preflight):
        assert ["hub", "tenant"] == list(inspect.signature(part).parameters)[:2]
        assert "run_id" in inspect.signature(part).parameters


def test_session_offers_every_method(name):
    opened = inspect.signature(system(name).open_session, eval_str=True).return_annotation
    session = import_module(f"blocks.systems.{name}.session")
    (kind,) = [
        kind
        for kind in vars(session).values()
        if inspect.isclass(kind) and kind.__name__ in str(opened)
    ]

    assert [] == [part for part in SESSION_PARTS if not hasattr(kind, part)]
    assert [] == [
        part
        for part in SESSION_PARTS
        if part != "calls" and not inspect.iscoroutinefunction(getattr(kind, part))
    ]
    assert isinstance(kind.calls, property)


def test_blocks_can_grow_and_show_no_secret(name):
    """A field without a default would break every block that was saved before it."""
    blocks = system(name).BLOCKS

    assert blocks
    for kind in blocks:
        assert issubclass(kind, Block)
        own = {
            field: info
            for field, info in kind.model_fields.items()
            if field in kind.__annotations__
        }
        assert [] == [field for field, info in own.items() if info.is_required()]
        assert [] == [field for field, info in own.items() if not info.description]
        secret = [field for field, info in own.items() if info.annotation is SecretStr]
        assert secret
        shown = kind(**dict.fromkeys(secret, SecretStr("planted")))
        assert "planted" not in repr(shown) + str(shown) + shown.model_dump_json()


def test_catalogue_says_of_every_answer_who_acts_and_what_to_do(name):
    with system(name).CATALOGUE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert len(rows) == len({row["code"] for row in rows})
    for row in rows:
        assert row["meaning"], row["code"]
        assert row["what_to_do"], row["code"]
        assert WhoActs(row["who_acts"])
        assert row["state"] == "" or ConnectionState(row["state"])


def test_docs_page_names_its_settings_and_limits(name):
    page = PROJECT / "docs" / "systems" / f"{name}.md"

    text = page.read_text(encoding="utf-8")
    for heading in ("## Connecting", "## What is fetched", "## Limits", "## When it is refused"):
        assert heading in text, f"{page.name} lacks {heading}"


def test_simulator_stands_in_for_it(name):
    simulator = import_module(f"simulators.{name}")

    assert hasattr(simulator, f"{name.capitalize()}Simulator")


def test_unknown_system_is_told_which_there_are(name):
    with pytest.raises(TerminalError, match=name):
        system("abacus")
