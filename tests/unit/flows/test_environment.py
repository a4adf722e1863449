"""The environment of the server, and the doors it refuses to open."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

import pytest
from prefect.settings.context import get_current_settings

from flows.server.environment import (
    ENVIRONMENT_FILE,
    PortTaken,
    environment,
    free_port,
    read_environment_file,
)
from ledger.errors import TerminalError

PORT = 45_999


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    return tmp_path


def test_the_file_says_nothing_but_settings_that_prefect_knows():
    """A misspelt name would be ignored in silence."""
    said = read_environment_file(ENVIRONMENT_FILE)
    known = get_current_settings().to_environment_variables(include_secrets=True).keys()
    known = {name.replace("PREFECT_RUNNER_HEARTBEAT", "PREFECT_FLOWS_HEARTBEAT") for name in known}
    ours = {"DO_NOT_TRACK"} | {name for name in said if name.startswith("PREFECT_LOGGING_")}

    assert set(said) - known - ours == set()


def test_what_is_set_already_wins_and_addresses_are_ours(folder, monkeypatch):
    monkeypatch.setenv("PREFECT_RUNNER_POLL_FREQUENCY", "9")
    monkeypatch.setenv("PREFECT_API_URL", "http://elsewhere/api")
    made = environment(folder, host="127.0.0.1", port=PORT)

    assert "9" == made["PREFECT_RUNNER_POLL_FREQUENCY"]
    assert f"http://127.0.0.1:{PORT}/api" == made["PREFECT_API_URL"]
    assert str(PORT) == made["PREFECT_SERVER_API_PORT"]
    assert "false" == made["PREFECT_SERVER_ANALYTICS_ENABLED"]


def test_the_encryption_key_is_made_once_and_for_its_owner_alone(folder):
    keys = {
        environment(folder, host="127.0.0.1", port=PORT)["PREFECT_SERVER_ENCRYPTION_KEY"]
        for _ in range(2)
    }

    assert 1 == len(keys)
    assert 0o600 == (folder / "encryption.key").stat().st_mode & 0o777


def test_clients_without_tls_load_a_single_authority(folder):
    made = environment(folder, host="127.0.0.1", port=PORT)
    context = ssl.create_default_context(cafile=made["PREFECT_API_SSL_CERT_FILE"])

    assert 1 == len(context.get_ca_certs())


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::"])  # noqa: S104 - refused
def test_an_address_that_others_reach_is_refused_without_a_password(folder, monkeypatch, host):
    monkeypatch.delenv("PREFECT_SERVER_API_AUTH_STRING", raising=False)

    with pytest.raises(TerminalError, match="PREFECT_SERVER_API_AUTH_STRING"):
        environment(folder, host=host, port=PORT)


def test_an_address_that_others_reach_is_allowed_with_a_password(folder, monkeypatch):
    monkeypatch.setenv("PREFECT_SERVER_API_AUTH_STRING", "somebody:something")

    assert environment(folder, host="0.0.0.0", port=PORT)  # noqa: S104 - with a password


@pytest.fixture
def listening():
    """Listen on two neighbouring ports; the number of the first."""
    while True:
        with suppress(OSError), socket.create_server(("127.0.0.1", 0)) as first:
            port = first.getsockname()[1]
            with socket.create_server(("127.0.0.1", port + 1)):
                yield port
                return


def test_a_taken_port_is_refused_with_one_to_try_that_is_free(folder, listening):
    with pytest.raises(PortTaken) as refused:
        environment(folder, host="127.0.0.1", port=listening)

    advised = refused.value.values["free_port"]
    assert f"TASMA_PORT={advised}" in str(refused.value)
    assert advised not in (listening, listening + 1)
    assert environment(folder, host="127.0.0.1", port=advised)


@pytest.mark.parametrize("taken", [4199, 4200, 4299, 4301])
def test_the_port_that_is_advised_is_never_one_that_another_part_uses(monkeypatch, taken):
    monkeypatch.setenv("TASMA_PORTAL_PORT", str(taken + 2))

    assert free_port("127.0.0.1", taken) not in {4200, 4300, 4302, taken + 2}


def test_beside_the_last_port_there_is_one_to_try_too():
    assert 0 < free_port("127.0.0.1", 65_535) < 65_535


def test_lines_are_read_as_a_shell_would():
    said = read_environment_file(ENVIRONMENT_FILE)

    assert "1" == said["DO_NOT_TRACK"]
    assert not [value for value in said.values() if set(value) & set(" '\"$")]
