"""Two hosts and one file: whatever becomes of one of them, the books are tonight's, once."""

from __future__ import annotations

import os

import pytest

from tests.host_kills import Server, played

PLAYED = 1_000 if os.environ.get("TASMA_CAMPAIGN") else 20
PER_TEST = 5


@pytest.fixture(scope="module")
def server(postgres, tmp_path_factory):
    return Server(postgres.hub(), postgres.warehouse(), tmp_path_factory.mktemp("hosts"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", range(0, PLAYED, PER_TEST))
def test_file_that_two_hosts_take_in_is_published_once_whatever_one_of_them_meets(server, first):
    found = played(server, range(first, first + PER_TEST))

    assert {} == found.wrong
    assert found.counts["missed"] <= PER_TEST // 2
