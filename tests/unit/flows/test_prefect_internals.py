"""The parts of Prefect that it does not promise: each named, in one room, behind one switch."""

from __future__ import annotations

import ast
import inspect
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import prefect
import pytest

import flows.server.prefect_internals
from blocks.home import PROJECT
from flows.server.prefect_internals.parts import PARTS

ROOM = Path(flows.server.prefect_internals.__file__).parent
OURS = [
    path
    for package in ("ledger", "blocks", "tasks", "flows")
    for path in sorted((PROJECT / package).rglob("*.py"))
    if ROOM not in path.parents
]
UNPROMISED = {"prefect.server", "prefect.runner.runner", *(part.name for part in PARTS)}
"""Beside all that begins with an underscore."""

PROMISED = {
    "prefect.settings:PREFECT_UI_API_URL",
    "prefect.client.schemas.objects:FlowRun",
    "prefect.client.schemas.responses:WorkerFlowRunResponse",
}
"""What the room imports of Prefect besides: it is documented."""


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Name each import, as ``module`` or ``module:attribute``, and what it is bound to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for item in node.names:
                yield item.name, (item.asname or item.name).partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module:
            for item in node.names:
                yield f"{node.module}:{item.name}", item.asname or item.name


def is_unpromised(name: str) -> bool:
    """Return whether an import, ``module`` or ``module:attribute``, is of a part not promised."""
    dotted = name.replace(":", ".")
    if dotted.split(".")[0] != "prefect":
        return False
    known = {item.replace(":", ".") for item in UNPROMISED}
    is_known = any(f"{dotted}.".startswith(f"{item}.") for item in known)
    return is_known or any(part.startswith("_") for part in dotted.split("."))


def root(node: ast.AST) -> str:
    """Return the name that a chain of attributes, items and ``vars`` begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"vars", "setattr"}:
        return root(node.args[0])
    return node.id if isinstance(node, ast.Name) else ""


def leaning(source: str) -> list[str]:
    """List the places of a module that lean on a part of Prefect that is not promised."""
    tree = ast.parse(source)
    found = list(imported(tree))
    of_prefect = {bound for name, bound in found if name.partition(":")[0].startswith("prefect")}
    places = [f"imports {name}" for name, _ in found if is_unpromised(name)]
    for node in ast.walk(tree):
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        changes = [item for item in targets if isinstance(item, ast.Attribute | ast.Subscript)]
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setattr":
            changes.append(node)
        places += [f"replaces {ast.unparse(item)}" for item in changes if root(item) in of_prefect]
        is_hidden = isinstance(node, ast.Attribute) and node.attr.startswith("_")
        if is_hidden and root(node) in of_prefect:
            places.append(f"reads {ast.unparse(node)}")
    return places


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_this_prefect_still_has(part):
    hint = (
        f"Prefect {prefect.__version__} no longer has {part.name} as we know it: {part.lost}. "
        f"Until flows/server/prefect_internals/{part.user}.py is adapted, TASMA_PLAIN_PREFECT=1 "
        "goes without."
    )
    try:
        found = pkgutil.resolve_name(part.name)
    except (ImportError, AttributeError):
        pytest.fail(hint)
    if part.parameters:
        assert inspect.signature(found).parameters.keys() >= set(part.parameters), hint


def test_the_list_names_what_the_room_imports_and_nothing_else():
    used = {
        (path.stem, name.partition(":")[0])
        for path in ROOM.glob("*.py")
        for name, _ in imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.startswith("prefect.") and name not in PROMISED
    }

    assert used == {(part.user, part.name.partition(":")[0]) for part in PARTS}


def test_nothing_outside_the_room_leans_on_such_a_part():
    leans = {
        str(path.relative_to(PROJECT)): places
        for path in OURS
        if (places := leaning(path.read_text(encoding="utf-8")))
    }

    assert {} == leans


def test_tasks_know_nothing_of_prefects_server_its_client_or_its_runner():
    """A step runs without a server too (`tasma import`), so it may not ask one."""
    asked = ("prefect.client.orchestration", "prefect.deployments", "prefect.runner", "flows.")
    names = {
        f"{path.name}: {name}"
        for path in sorted((PROJECT / "tasks").rglob("*.py"))
        for name, _ in imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.startswith(asked)
    }

    assert set() == names


@pytest.mark.parametrize(
    "line",
    [
        "from prefect._internal.analytics import emit",
        "import prefect.runner._starter_engine",
        "from prefect.server.database import dependencies",
        "from prefect import _sdk",
        "from prefect.utilities.processutils import command_to_string",
        "import prefect.runner.runner",
        "from prefect import Flow\nFlow._enter = None",
        "from prefect import Flow\nFlow.__call__ = None",
        "from prefect import Flow\nsetattr(Flow, 'run', None)",
        "import prefect\nvars(prefect)['flow'] = None",
        "from prefect import Flow\nprint(Flow._enter)",
    ],
)
def test_such_a_line_would_be_found(line):
    assert leaning(line)


PLAIN = """
import json, os, sys
for name in sys.argv[1:]:
    sys.modules["flows.server." + name] = None  # importing it fails
import flows.worker
from flows.server import serve
from flows.server.fork_server.host import fork_host
serve.start_runs_by_fork()
with fork_host():
    started = "TASMA_WARM_HOST" in os.environ
import flows.server.prefect_server as server
sys.argv = ["prefect", "version"]
try:
    server.main()
except SystemExit as ended:
    print(json.dumps([started, ended.code or 0]))
"""


def test_plain_prefect_needs_none_of_them(tmp_path):
    """Whatever a release of Prefect takes away, the switch lets everything start."""
    gone = [f"{ROOM.name}.{item.name}" for item in pkgutil.iter_modules([str(ROOM)])]
    environment = os.environ | {"TASMA_PLAIN_PREFECT": "1", "PREFECT_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, *gone],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert [False, 0] == json.loads(done.stdout.splitlines()[-1]), done.stderr
