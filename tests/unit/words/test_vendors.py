"""A vendor's system is one folder, one simulator, its pages and its line in the registry."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocks.systems.registry import NAMES

PROJECT = Path(__file__).parents[3]
VENDORS = ("fortnox", "fennoa", "procountor")
NAMED = re.compile("|".join(VENDORS), re.IGNORECASE)
KEY = re.compile(rf"\S*({'|'.join(VENDORS)})\S*", re.IGNORECASE)
"""A word by itself: a name of something. Texts that people read may name whom they like."""

AT_HOME = tuple(
    place
    for vendor in VENDORS
    for place in (
        f"blocks/systems/{vendor}/",
        f"ledger/{vendor}/",
        f"ledger/invoice/mappings/{vendor}/",
    )
)
OF_A_ROUTE = (
    "ledger/invoice/mappings/ecom_procountor/",
    "ledger/invoice/mappings/spotilla_procountor/",
    "ledger/ecom/",
    "ledger/spotilla/",
    "tasks/ecom/",
    "tasks/spotilla/",
    "flows/cli/ecom",
    "flows/cli/spotilla",
    "flows/portal/pages/accounts.py",
)
"""What was agreed of one pair of systems (decision 0034)."""

LISTS = ("blocks/systems/registry.py", "ledger/readers.py")
OF_THE_DEMO = ("flows/demo/", "flows/doors/demo_home.py")
ALLOWED = (*AT_HOME, *OF_A_ROUTE, *LISTS, *OF_THE_DEMO)
EXAMPLES = {("flows/runs/forms.py", "fennoa"), ("flows/runs/forms.py", "procountor@ecom-jetClient")}


def named(tree: ast.AST) -> Iterator[str]:
    """Go through identifiers and words by themselves that name a vendor."""
    for node in ast.walk(tree):
        parts = (getattr(node, name, None) for name in ("id", "attr", "arg", "name", "module"))
        yield from (part for part in parts if isinstance(part, str) and NAMED.search(part))
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and KEY.fullmatch(node.value):
            yield node.value


def sources() -> Iterator[tuple[str, ast.AST]]:
    for room in ("ledger", "blocks", "tasks", "flows"):
        for path in sorted((PROJECT / room).rglob("*.py")):
            place = path.relative_to(PROJECT).as_posix()
            yield place, ast.parse(path.read_text(encoding="utf-8"))


def test_no_code_but_a_vendors_own_and_that_of_its_routes_names_it():
    found = {(place, name) for place, tree in sources() for name in named(tree)}

    assert EXAMPLES == {item for item in found if not item[0].startswith(ALLOWED)}


def test_every_place_that_may_name_a_vendor_does():
    naming = {place for place, tree in sources() if next(named(tree), "")}
    idle = [each for each in ALLOWED if not any(place.startswith(each) for place in naming)]
    rooms = {f"ledger/{vendor}/" for vendor in VENDORS} | {"ledger/invoice/mappings/fortnox/"}

    assert [] == sorted(set(idle) - rooms - {"ledger/spotilla/"})


@pytest.mark.parametrize("vendor", VENDORS)
def test_vendor_has_one_folder_one_simulator_its_pages_and_one_line(vendor):
    folders = {
        path.relative_to(PROJECT).as_posix()
        for room in ("blocks", "tasks", "flows", "simulators")
        for path in (PROJECT / room).rglob(f"*{vendor}*")
        if path.is_dir()
    }
    pages = {path.name for path in (PROJECT / "docs/systems").glob(f"{vendor}*")}

    assert {f"blocks/systems/{vendor}", f"simulators/{vendor}"} == folders
    assert f"{vendor}.md" in pages <= {f"{vendor}.md", f"{vendor}-simulator.md"}
    assert (PROJECT / "docs/guides" / f"{vendor}.md").is_file()
    assert 1 == NAMES.count(vendor)
