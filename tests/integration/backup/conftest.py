"""A small home and its backup, of which each test gets a copy."""

from __future__ import annotations

import shutil

import pytest

from flows.cli.exits import ExitCode
from tests.command_line import invoke
from tests.damaged_home import lead_to, load, new_home
from tests.integration.backup.copies import FIRST


@pytest.fixture(scope="package")
def loaded(tmp_path_factory, empty_hub):
    """A home with one load, and its backup."""
    place = tmp_path_factory.mktemp("loaded")
    with pytest.MonkeyPatch.context() as environment:
        lead_to(place / "home", environment)
        new_home(place / "home", empty_hub)
        assert "published" == load(FIRST, place).outcome
        assert ExitCode.DONE == invoke("backup", place / "backup").exit_code
    return place


@pytest.fixture
def place(loaded, tmp_path, monkeypatch):
    """A copy of both, to which the settings lead; backups know their home by its path."""
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)
    (tmp_path / "backup" / "tasma-backup").write_text(f"{tmp_path / 'home/hub/hub.sqlite'}\n")
    lead_to(tmp_path / "home", monkeypatch)
    return tmp_path
