"""A flow of ours advises commands that lead to the books of its run."""

from __future__ import annotations

import asyncio
import inspect

import pytest

from blocks.hub.errors import UnknownTenant
from flows.import_file import import_file
from flows.runs.flow import flow
from ledger.errors import TransientError


@flow(name="advises")
async def advises(*, problem: Exception) -> None:
    raise problem


@pytest.mark.parametrize(
    ("home", "expected"), [("demo-home", "tasma --demo tenant list"), ("mine", "tasma tenant list")]
)
def test_what_a_failed_run_advises_leads_to_the_books_of_its_home(
    home, expected, tmp_path, monkeypatch
):
    monkeypatch.setenv("TASMA_HOME", str(tmp_path / home))

    with pytest.raises(UnknownTenant) as caught:
        asyncio.run(advises.fn(problem=UnknownTenant("acme")))

    assert f"`{expected}`" in str(caught.value)


def test_an_error_stays_of_its_class_and_others_stay_as_they_are(tmp_path, monkeypatch):
    monkeypatch.setenv("TASMA_HOME", str(tmp_path / "demo-home"))
    away, foreign = TransientError("busy"), ValueError("tasma tenant list")

    for problem in (away, foreign):
        with pytest.raises(type(problem)) as caught:
            asyncio.run(advises.fn(problem=problem))
        assert problem is caught.value
    assert "tasma tenant list" == str(foreign)


def test_form_and_description_of_a_flow_are_those_of_its_function():
    assert {"tenant", "path"} <= import_file.parameters.properties.keys()
    assert inspect.getdoc(import_file.fn) == import_file.description
    assert "flows.import_file" == import_file.fn.__module__
