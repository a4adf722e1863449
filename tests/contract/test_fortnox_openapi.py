"""What the simulator serves exists in the vendor's OpenAPI file, or in a reviewed list.

`simulators/fortnox/exceptions.csv` holds the paths, query parameters and fields of answers that
the file lacks, or has of another type, why they are served nonetheless and where that is known
from. A parameter is `name`, a field `field:Outer.Inner`, its type `type:Outer.Inner`, a null where
the file allows none `null:Outer.Inner`; the path `*` means every list.
"""

import csv
import json
import os
from pathlib import Path

import pytest

from simulators import fortnox as package
from simulators.fortnox.catalogue import RESOURCES

FILE = os.environ.get("FORTNOX_OPENAPI")
EXCEPTIONS = Path(package.__file__).with_name("exceptions.csv")
EVERYWHERE = "*"
NORTH = 503072

pytestmark = pytest.mark.skipif(not FILE, reason="FORTNOX_OPENAPI names no OpenAPI file")

ASKED = {
    "{Id}": "1",
    "{Number}": "1930",
    "{VoucherSeries}": "B",
    "{VoucherNumber}": "26",
    "{Code}": "B",
    "{DocumentNumber}": "1",
}
"""What stands for the parts of paths that vary. Files and folders are asked for by name below."""

NO_JSON = (
    "/3/sie/{Type}",
    "/3/archive/{id}",
    "/3/invoices/{DocumentNumber}/preview",
    "/3/invoices/{DocumentNumber}/print",
)


@pytest.fixture(scope="module")
def vendor():
    return json.loads(Path(FILE).read_text())


@pytest.fixture(scope="module")
def exceptions():
    with EXCEPTIONS.open(newline="") as file:
        return list(csv.DictReader(file))


def allowed(exceptions):
    return {(row["path"], row["parameter"]) for row in exceptions}


def differences_of_parameters(vendor):
    """Give (path, parameter) that is served and that the file lacks; names compare in lower case.

    The vendor says that only lower case works, and prints some names otherwise.
    """
    for resource in RESOURCES:
        told = vendor["paths"].get(resource.path, {}).get("get", {})
        known = {p["name"].lower() for p in told.get("parameters", ()) if p["in"] == "query"}
        for name in resource.parameters - known:
            yield resource.path, name


def schema_of(vendor, path):
    content = vendor["paths"][path]["get"]["responses"]["200"]["content"]
    return next(iter(content.values()))["schema"]


def resolved(vendor, schema):
    name = schema.get("$ref", "").rpartition("/")[2]
    return vendor["components"]["schemas"][name] if name else schema


TYPES = {
    "integer": int,
    "number": (int, float),
    "string": str,
    "boolean": bool,
    "object": dict,
}


def wrong_types(vendor, schema, value, prefix=""):
    """Give the fields of an answer that are null or of another type than the schema has."""
    schema = resolved(vendor, schema)
    kind = schema.get("type")
    if isinstance(value, list):
        for one in value:
            yield from wrong_types(vendor, schema.get("items", schema), one, prefix)
    elif value is None:
        if not schema.get("nullable"):
            yield f"null:{prefix}"
    elif kind in TYPES and not is_of(value, kind):
        yield f"type:{prefix}"
    elif isinstance(value, dict):
        known = schema.get("properties", {})
        for name in value.keys() & known.keys():
            full = f"{prefix}.{name}".lstrip(".")
            yield from wrong_types(vendor, known[name], value[name], full)


def is_of(value, kind):
    return isinstance(value, TYPES[kind]) and (kind == "boolean") == isinstance(value, bool)


def unknown_fields(vendor, schema, value, prefix=""):
    """Give the fields of an answer that its schema lacks, as Outer.Inner."""
    schema = resolved(vendor, schema)
    if isinstance(value, list):
        for one in value:
            # The file describes the list of attachments by its element.
            yield from unknown_fields(vendor, schema.get("items", schema), one, prefix)
    elif isinstance(value, dict):
        known = schema.get("properties", {})
        for name, inner in value.items():
            full = f"{prefix}.{name}".lstrip(".")
            if name not in known:
                yield full
            else:
                yield from unknown_fields(vendor, known[name], inner, full)


@pytest.fixture(scope="module")
def differences_of_fields(vendor):
    """Ask every resource that answers in JSON; give (path, field) that the file has otherwise."""

    def ask_all(client):
        for resource in RESOURCES:
            if resource.path not in NO_JSON:
                answer = asked(client, resource.path)
                schema = schema_of(vendor, resource.path)
                for name in unknown_fields(vendor, schema, answer):
                    yield resource.path, f"field:{name}"
                for name in wrong_types(vendor, schema, answer):
                    yield resource.path, name

    return lambda client: set(ask_all(client))


def asked(client, path):
    query = {"entityid": 10, "entitytype": "F"} if path.startswith("/api/") else {}
    named = path.replace("/3/inbox/{Id}", "/3/inbox/inbox_s")
    for part, value in ASKED.items():
        named = named.replace(part, value)
    answer = client.get(named, **query)
    assert 200 == answer.status_code, named
    return answer.json()


def test_every_path_is_the_vendors(vendor, exceptions):
    missing = {
        (resource.path, "") for resource in RESOURCES if resource.path not in vendor["paths"]
    }

    assert set() == missing - allowed(exceptions)


def test_every_query_parameter_is_the_vendors_or_reviewed(vendor, exceptions):
    known = allowed(exceptions)

    assert [] == [
        (path, name)
        for path, name in differences_of_parameters(vendor)
        if not {(path, name), (EVERYWHERE, name)} & known
    ]


def test_every_field_of_an_answer_is_the_vendors_or_reviewed(
    differences_of_fields, exceptions, north
):
    known = allowed(exceptions)

    assert [] == [
        (path, name)
        for path, name in sorted(differences_of_fields(north))
        if not {(path, name), (EVERYWHERE, name)} & known
    ]


def test_every_exception_is_still_needed(vendor, differences_of_fields, exceptions, north):
    found = set(differences_of_parameters(vendor)) | differences_of_fields(north)
    needed = found | {(EVERYWHERE, name) for _, name in found}

    assert set() == allowed(exceptions) - needed


def test_every_exception_says_why_and_whence(exceptions):
    assert [] == [row for row in exceptions if not (row["why"].strip() and row["source"].strip())]


def test_a_made_up_parameter_and_field_would_be_noticed(vendor):
    """The comparison itself can fail."""
    schema = schema_of(vendor, "/3/vouchers")
    answer = {"Vouchers": [{"VoucherNumber": 1, "Amount": 2}]}

    assert ["Vouchers.Amount"] == list(unknown_fields(vendor, schema, answer))
    odd = {"Vouchers": [{"VoucherNumber": "1", "VoucherSeries": None, "Year": True}]}
    expected = {"type:Vouchers.VoucherNumber", "null:Vouchers.VoucherSeries", "type:Vouchers.Year"}
    assert expected == set(wrong_types(vendor, schema, odd))
    assert "financialyeardate" in {name for _, name in differences_of_parameters(vendor)}
