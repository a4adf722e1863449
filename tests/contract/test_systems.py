"""One suite over every registered system: what a new one lacks is named."""

from __future__ import annotations

import ast
import csv
import inspect
import subprocess
import sys
from importlib import import_module
from itertools import pairwise

import pytest
from prefect.blocks.core import Block
from pydantic import SecretStr

from blocks.home import PROJECT
from blocks.http import WhoActs
from blocks.hub import ConnectionState
from blocks.settings import REFERENCE
from blocks.systems import ports
from blocks.systems.registry import NAMES, SYSTEMS, port, system
from ledger.errors import TerminalError
from ledger.readers import FORMATS

pytestmark = pytest.mark.parametrize("name", NAMES)

METHODS = {"POST", "PUT", "PATCH", "DELETE"}
"""Methods of a call that changes something there."""

CHANGES = {
    "fortnox": {"'/token'"},  # spends what the customer's consent gave
    "fennoa": {
        "'sales_api/add'",
        "f'sales_api/do/approve/{queued.item.target_id}'",
        "f'sales_api/do/send/{queued.item.target_id}'",
        "path",  # of the method that the three above go through
    },
    "procountor": {
        "'oauth/token'",  # an access token of the key that the customer made
        "f'reports/{name}'",  # a question, which makes nothing
        "'attachments'",
        "'businesspartners'",
        "'invoices'",
        "'ledgerreceipts'",
        "'products'",
        "f\"ledgerreceipts/{queued.item.before['receipt']}\"",
        "f'invoices/{queued.item.target_id}/approve'",
        "f'invoices/{self._invoice_id(queued)}/paymentevents/markpaid'",
        "f'ledgerreceipts/{queued.item.target_id}/approve'",
    },
    "spotilla": {
        "path",  # the log-in, and the method through which customers are made and changed
        "self._api.names.path('customers')",
    },
}
"""Where each system is written to, as its code says it; none of these makes users, keys, consents
or rights, which only the customer makes there."""


def test_registry_names_it_and_both_halves_agree(name):
    light, heavy = SYSTEMS[name], port(name)
    offered = {
        offer
        for offer in ("ledger", "documents", "target", "feed", "customers")
        if getattr(heavy, offer)
    }

    assert name == light.name
    assert light.offers == offered
    assert light.title
    assert all(point.startswith(f"{name}.") for point in light.crash_points)


def test_its_name_is_no_formats(name):
    """What is dropped in has the format's name as its source: it would pass for what was pulled."""
    assert name not in FORMATS


def test_connector_has_every_method_of_the_port(name):
    connector = port(name).connect
    expected = {
        method: list(inspect.signature(found).parameters)[1:]
        for method, found in vars(ports.Connector).items()
        if inspect.isfunction(found) and not method.startswith("_")
    }

    assert expected == {
        method: list(inspect.signature(getattr(connector, method)).parameters)
        for method in expected
    }


def test_settings_are_of_its_own_name_and_their_secrets_are_known_to_the_light_half(name):
    settings = port(name).settings
    prefix = settings.model_config["env_prefix"]
    secret = [
        f"{prefix}{field}".upper()
        for field, info in settings.model_fields.items()
        if info.annotation is SecretStr
    ]

    assert f"TASMA_{name.upper()}_" == prefix
    assert tuple(secret) == SYSTEMS[name].secrets
    assert [] == [field for field, info in settings.model_fields.items() if info.is_required()]


def test_light_half_needs_neither_prefect_nor_an_http_client(name):
    asked = (
        "import sys\n"
        "from blocks.systems.registry import SYSTEMS\n"
        f"assert SYSTEMS[{name!r}].connecting.help\n"
        "heavy = {'prefect', 'httpx', 'sqlalchemy', 'duckdb', 'pyarrow', 'pydantic'}\n"
        "print(*sorted(heavy & sys.modules.keys()))\n"
    )

    shown = subprocess.run(
        [sys.executable, "-c", asked], cwd=PROJECT, capture_output=True, text=True, check=False
    )

    assert (0, "") == (shown.returncode, shown.stdout.strip()), shown.stderr


def test_folder_imports_no_other_systems_folder(name):
    others = {f"blocks.systems.{other}" for other in NAMES if other != name}
    imported = set()
    for path in (PROJECT / "blocks" / "systems" / name).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
            elif isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names)

    assert f"blocks.systems.{name}.settings" in imported
    assert [] == [module for module in imported if module.startswith(tuple(others or {"\0"}))]


def test_blocks_can_grow_and_show_no_secret(name):
    """A field without a default would break every block that was saved before it."""
    for kind in port(name).blocks:
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


def test_table_of_answers_says_of_each_who_acts_and_what_to_do(name):
    with (REFERENCE / SYSTEMS[name].answers).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert rows
    assert len(rows) == len({row["code"] for row in rows})
    for row in rows:
        assert row["meaning"], row["code"]
        assert row["what_to_do"], row["code"]
        assert WhoActs(row["who_acts"])
        assert row["state"] == "" or ConnectionState(row["state"])


def test_docs_page_names_its_settings_and_limits(name):
    page = PROJECT / "docs" / "systems" / f"{name}.md"

    text = page.read_text(encoding="utf-8")
    offers = SYSTEMS[name].offers
    what = "pushed" if "target" in offers and "ledger" not in offers else "fetched"
    for heading in ("## Connecting", f"## What is {what}", "## Limits", "## When it is refused"):
        assert heading in text, f"{page.name} lacks {heading}"


@pytest.mark.requirement("R-FIN-7c")
def test_it_is_written_to_only_where_no_credentials_are_made(name):
    """A call that is new here is added to `CHANGES` once somebody has seen what it makes."""
    folder = PROJECT / "blocks" / "systems" / name
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in folder.rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]

    assert set() == {where for call in calls for where in changed_by(call)} - CHANGES.get(
        name, set()
    )


def changed_by(call):
    """Yield where a call changes something there: ``client.post(path)``, ``ask("POST", path)``."""
    named = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if named.strip("_").upper() in METHODS and call.args:
        yield ast.unparse(call.args[0])
    for method, path in pairwise(call.args):
        if isinstance(method, ast.Constant) and method.value in METHODS:
            yield ast.unparse(path)


def test_simulator_stands_in_for_it(name):
    simulator = import_module(f"simulators.{name}")

    assert hasattr(simulator, f"{name.capitalize()}Simulator")


def test_unknown_system_is_answered_with_those_that_there_are(name):
    with pytest.raises(TerminalError, match=name):
        system("abacus")
