"""Tasks and flows know addresses and tables, never where lake and warehouse keep them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

INSIDE = {"root", "place_of", "read", "workbench", "published_unit", "stage_folder"}
"""What only blocks may ask of a lake or a warehouse: paths, and connections."""

STORES = {"lake", "warehouse"}


def reached_into(source):
    """Yield what a module asks of a lake or a warehouse, however it calls the one it has."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Attribute) or node.attr not in INSIDE:
            continue
        owner = node.value.func if isinstance(node.value, ast.Call) else node.value
        name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        if name.lower() in STORES and (name, node.attr) != ("lake", "read"):
            yield f"{name}.{node.attr}"


@pytest.mark.parametrize("folder", ["tasks", "flows"])
def test_nothing_outside_of_blocks_has_a_path_or_a_connection_of_theirs(folder):
    found = {
        f"{path.relative_to(ROOT)}: {what}"
        for path in (ROOT / folder).rglob("*.py")
        for what in reached_into(path.read_text(encoding="utf-8"))
    }

    assert set() == found


@pytest.mark.parametrize(
    "source",
    [
        "stores.lake.root / 'landing'",
        "warehouse().read(tenant)",
        "with job.stores.warehouse.workbench(staged) as db: pass",
        "lake.place_of(address)",
        "Warehouse(folder).read('acme')",
    ],
)
def test_each_way_of_reaching_in_is_seen(source):
    assert [*reached_into(source)]
