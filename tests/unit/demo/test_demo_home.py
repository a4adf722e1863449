"""The demo's home: emptied by each demo, and never anybody else's folder."""

from __future__ import annotations

import pytest

from blocks.settings import settings
from blocks.systems.ecom.settings import settings as ecom
from blocks.systems.fennoa.settings import settings as fennoa
from blocks.systems.fortnox.settings import settings as fortnox
from blocks.systems.procountor.settings import settings as procountor
from blocks.systems.spotilla.settings import settings as spotilla
from flows.doors import demo_home as home
from flows.watch import chores
from ledger.errors import TerminalError, TransientError


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    for name in (*home.OVER_HOME, *home.SIMULATED, *home.AWAY):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))


def test_demo_stays_in_its_own_home_whatever_else_is_set(tmp_path):
    assert home.use_demo_home() == tmp_path / home.FOLDER
    chosen = settings()

    for place in (chosen.home, chosen.lake, chosen.warehouse, chosen.inbox):
        assert place.is_relative_to(tmp_path / home.FOLDER)
    assert str(tmp_path / home.FOLDER) in chosen.hub_url


def test_demo_never_asks_the_real_fortnox():
    home.use_demo_home()
    chosen = fortnox()

    assert chosen.api_url.startswith("http://127.0.0.1:")
    assert chosen.oauth_url.startswith("http://127.0.0.1:")
    assert chosen.client_id == "simulated-client"


def test_demo_asks_the_simulated_fortnox_whose_port_was_printed(monkeypatch):
    for name, value in home.SIMULATED.items():
        monkeypatch.setenv(name, value.replace(str(home.FORTNOX_PORT), "4713"))

    home.use_demo_home()

    assert "http://127.0.0.1:4713" == fortnox().api_url


def test_demo_never_asks_a_fortnox_of_somebody_elses_settings(monkeypatch):
    monkeypatch.setenv("TASMA_FORTNOX_API_URL", "https://api.example.com")
    monkeypatch.setenv("TASMA_FORTNOX_CLIENT_ID", "plainly-fake")

    home.use_demo_home()

    assert home.SIMULATED["TASMA_FORTNOX_API_URL"] == fortnox().api_url


@pytest.mark.parametrize("chosen", [ecom, fennoa, procountor, spotilla])
def test_demo_asks_no_other_vendor_either(chosen):
    home.use_demo_home()

    assert home.NOWHERE == chosen().url


def test_demo_listens_to_no_feed_and_pushes_nothing_by_itself():
    home.use_demo_home()

    assert {"inbox", "overview", "janitor", "SFTP"} == {chore.name for chore in chores()}


def test_turning_to_the_demo_twice_is_turning_once():
    assert home.use_demo_home() == home.use_demo_home()


def test_reset_empties_what_a_demo_made(tmp_path):
    folder = tmp_path / home.FOLDER
    home.reset(folder)
    (folder / "hub").mkdir()

    home.reset(folder)

    assert [path.name for path in folder.iterdir()] == [home.MARK]


def test_reset_refuses_a_folder_that_no_demo_made(tmp_path):
    folder = tmp_path / home.FOLDER
    folder.mkdir()
    (folder / "books.txt").write_text("mine")

    with pytest.raises(TerminalError, match="was not made by a demo"):
        home.reset(folder)

    assert (folder / "books.txt").read_text() == "mine"


def test_second_demo_is_refused_while_one_runs(tmp_path):
    folder = tmp_path / home.FOLDER
    with home.used_alone(folder), pytest.raises(TransientError, match="Another demo"):
        home.used_alone(folder).__enter__()

    with home.used_alone(folder):
        pass
