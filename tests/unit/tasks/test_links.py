"""One base for what leads into Prefect's UI."""

from __future__ import annotations

import pytest

from tasks.pages.links import run_page, ui_address


@pytest.mark.parametrize(
    ("set_to", "expected"),
    [
        ("", "http://127.0.0.1:4200"),
        ("https://prefect.example.com", "https://prefect.example.com"),
        ("https://prefect.example.com/", "https://prefect.example.com"),
    ],
)
def test_ui_is_where_people_type_it_or_else_beside_its_api(set_to, expected, monkeypatch):
    monkeypatch.setenv("PREFECT_UI_URL", set_to)

    assert expected == ui_address("http://127.0.0.1:4200/api")
    assert f"{expected}/v2/runs/flow-run/1" == ui_address("http://127.0.0.1:4200/api/") + run_page(
        1
    )


def test_without_a_run_there_is_no_page():
    assert "" == run_page("")
