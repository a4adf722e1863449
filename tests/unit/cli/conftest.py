"""A command line on a home of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import flows.cli

Tasma = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new home; what the caller's environment says of others is taken away."""
    for name in ("TASMA_LAKE", "TASMA_WAREHOUSE", "TASMA_INBOX", "TASMA_HUB_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TASMA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def tasma(home: Path) -> Tasma:
    """Run one command in this process: ``tasma("tenant", "list").exit_code``."""

    def run(*arguments: str | Path, answer: str | None = None) -> Result:
        return CliRunner().invoke(
            flows.cli.app.app, [str(argument) for argument in arguments], input=answer
        )

    return run


@pytest.fixture
def acme(tasma: Tasma) -> str:
    """A tenant."""
    result = tasma("tenant", "add", "acme", "--name", "Åcme AB", "--org-number", "559990-0007")
    assert result.exit_code == 0, result.output
    return "acme"
