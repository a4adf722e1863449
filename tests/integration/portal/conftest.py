from __future__ import annotations

import pytest

from tests import portal_world


@pytest.fixture
def world(tmp_path, empty_hub):
    """A portal of this test alone."""
    with portal_world.world(tmp_path, empty_hub) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory, empty_hub):
    """A portal that the tests of a module share: they only read, or are refused."""
    with portal_world.world(tmp_path_factory.mktemp("portal"), empty_hub) as made:
        yield made
