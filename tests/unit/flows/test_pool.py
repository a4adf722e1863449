"""What Prefect's own command says of our deployments is shown where it helps."""

from __future__ import annotations

import sys

import pytest

from flows.server.pool import NotDeployed, run_quietly

SAYS = [sys.executable, "-c", "import sys; print('said'); sys.exit(int(sys.argv[1]))"]


def test_nothing_is_shown_of_a_command_that_went_well(capfd):
    run_quietly([*SAYS, "0"])

    assert capfd.readouterr() == ("", "")


def test_all_is_shown_of_a_command_that_failed(capfd):
    with pytest.raises(NotDeployed, match="ended with 3"):
        run_quietly([*SAYS, "3"])

    assert capfd.readouterr() == ("", "said\n")
