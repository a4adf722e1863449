"""What a server keeps to itself: made once, whole, for its owner alone, and never empty."""

from __future__ import annotations

import pytest

from flows.server.environment import environment, own_origins
from flows.server.own_secrets import (
    CLIENT_LOGIN,
    KEY,
    KEY_FILE,
    LOGIN_FILE,
    SERVER_LOGIN,
    blocks_unreadable,
    encryption_key,
    known_login,
    login,
    refuse_empty_key,
)
from flows.server.processes import PrefectServer, login_in_words
from ledger.errors import TerminalError

PORT = 45_998


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    for name in (SERVER_LOGIN, CLIENT_LOGIN, KEY):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_password_is_made_once_and_for_its_owner_alone(folder):
    made = login(folder)
    user, _, password = made.partition(":")

    assert made == login(folder) == known_login(folder)
    assert "tasma" == user
    assert 32 == len(password)
    assert 0o600 == (folder / LOGIN_FILE).stat().st_mode & 0o777
    assert {LOGIN_FILE} == {path.name for path in folder.iterdir()}


def test_two_homes_have_two_passwords(folder, tmp_path_factory):
    assert login(folder) != login(tmp_path_factory.mktemp("other"))


def test_server_and_clients_are_given_the_same_password(folder):
    made = environment(folder, host="127.0.0.1", port=PORT)

    assert login(folder) == made[SERVER_LOGIN] == made[CLIENT_LOGIN]


def test_a_password_of_the_environment_wins_and_is_not_written_down(folder, monkeypatch):
    monkeypatch.setenv(SERVER_LOGIN, "somebody:something")
    monkeypatch.setenv(CLIENT_LOGIN, "another:one, of another server")
    made = environment(folder, host="127.0.0.1", port=PORT)

    assert "somebody:something" == made[SERVER_LOGIN] == made[CLIENT_LOGIN]
    assert not (folder / LOGIN_FILE).exists()


@pytest.mark.parametrize("text", ["", "\n", "hemligt", "tasma:", ":hemligt", "tasma:hem\nligt"])
def test_a_password_file_that_holds_none_is_refused(folder, text):
    (folder / LOGIN_FILE).write_text(text)

    with pytest.raises(TerminalError, match="holds no login") as refused:
        login(folder)
    assert "hem" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "\n", "c2hvcnQ=", "no base64 at all: !"])
def test_an_encryption_key_that_is_none_is_refused(folder, text):
    """Prefect would take one out of its own database, where it lies beside what it encrypts."""
    (folder / KEY_FILE).write_text(text)

    with pytest.raises(TerminalError, match="holds no encryption key"):
        environment(folder, host="127.0.0.1", port=PORT)


def test_an_empty_key_of_the_environment_is_refused_by_the_server_itself(folder):
    refuse_empty_key({})
    refuse_empty_key({KEY: encryption_key(folder)})

    with pytest.raises(TerminalError, match="0 characters came"):
        refuse_empty_key({KEY: ""})


def test_a_file_that_was_copied_back_readable_by_all_is_closed(folder):
    encryption_key(folder)
    (folder / KEY_FILE).chmod(0o644)
    encryption_key(folder)

    assert 0o600 == (folder / KEY_FILE).stat().st_mode & 0o777


def test_pages_of_our_own_address_alone_may_ask(folder):
    made = environment(folder, host="127.0.0.1", port=PORT)
    own = f"http://127.0.0.1:{PORT},http://localhost:{PORT}"

    assert own == made["PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS"]
    assert "http://books.example:80" == own_origins("books.example", 80)


def test_the_password_is_told_once_to_a_person_and_never_to_a_pipe(folder, monkeypatch):
    server = PrefectServer("http://127.0.0.1:1", folder, {SERVER_LOGIN: "tasma:word"})
    first = login_in_words(server, is_known=False, to_person=True)
    later = login_in_words(server, is_known=True, to_person=True)
    piped = login_in_words(server, is_known=False, to_person=False)

    assert first.startswith("tasma:word ")
    assert later == piped
    assert later.startswith(f"the line in {folder / LOGIN_FILE} ")
    assert all("asks for all of it, user:password" in said for said in (first, later))
    monkeypatch.setenv(SERVER_LOGIN, "somebody:something")
    assert f"as in {SERVER_LOGIN}" == login_in_words(server, is_known=False, to_person=True)


def test_a_key_of_the_environment_is_used_where_the_folder_has_none_of_its_own(
    folder, monkeypatch, tmp_path_factory
):
    """One in the folder is what blocks are encrypted with already."""
    given = encryption_key(tmp_path_factory.mktemp("other"))
    monkeypatch.setenv(KEY, given)
    first = environment(folder, host="127.0.0.1", port=PORT)[KEY]
    monkeypatch.delenv(KEY)
    own = encryption_key(folder)
    monkeypatch.setenv(KEY, given)

    assert given == first != own
    assert own == environment(folder, host="127.0.0.1", port=PORT)[KEY]


def test_blocks_that_cannot_be_read_are_said_to_be_with_the_way_out(folder, monkeypatch):
    encryption_key(folder)
    in_file = str(blocks_unreadable(folder))
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", "postgresql://u:hemligt@h/d")
    in_server = str(blocks_unreadable(folder))

    assert f"{folder / KEY_FILE} holds" in in_file
    assert f"move {folder / 'prefect.db'} away" in in_file
    assert "delete from block_document" in in_server
    assert "hemligt" not in in_server
