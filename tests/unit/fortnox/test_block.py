from __future__ import annotations

import asyncio

import pytest
from prefect.testing.standard_test_suites import BlockStandardTestSuite

from blocks.systems.fortnox.block import FortnoxApp, FortnoxTokens, fortnox_app


class OfPrefect(BlockStandardTestSuite):
    test_has_a_valid_image = None
    """It fetches the logo from the network; we have none."""


class TestApp(OfPrefect):
    @pytest.fixture
    def block(self):
        return FortnoxApp


class TestTokens(OfPrefect):
    @pytest.fixture
    def block(self):
        return FortnoxTokens


def test_environment_is_enough_for_a_first_try(monkeypatch):
    monkeypatch.setenv("TASMA_FORTNOX_CLIENT_ID", "me")
    monkeypatch.setenv("TASMA_FORTNOX_CLIENT_SECRET", "planted")

    app = asyncio.run(fortnox_app())

    assert ("me", "planted") == (app.client_id, app.client_secret.get_secret_value())
    assert "planted" not in repr(app)
