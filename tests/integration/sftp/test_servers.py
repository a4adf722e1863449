"""The same place on OpenSSH's own server and on rclone's, as customers have them."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from contextlib import contextmanager

import pytest

from blocks.pickup.connection import (
    LIMITS,
    HostKeyChanged,
    Limits,
    LoginRefused,
    ServerAway,
    connected,
    shown_key,
)
from blocks.pickup.port import ChangedMeanwhile, NotMoved
from blocks.pickup.sftp import MAX_ENTRIES, FolderUnusable
from tests.plugins.absent_parts import ABSENT
from tests.real_sftp import PARTS, RealServer, write_key
from tests.sftp_line import Line
from tests.sftp_place import BOTH, SHORT, place

CONTENT = b"#FLAGGA 0\n" * 300_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def started(tmp_path_factory, kind, **settings):
    if PARTS[kind] is None:
        pytest.skip(f"{ABSENT}{kind}")
    home = tmp_path_factory.mktemp(kind)
    return RealServer(kind, home, home / "served", **settings)


@pytest.fixture(scope="module", params=BOTH)
def server(request, tmp_path_factory):
    with started(tmp_path_factory, request.param) as server:
        yield server


@pytest.fixture(params=BOTH)
def own_server(request, tmp_path_factory):
    """A server that a test may stop."""
    with started(tmp_path_factory, request.param) as server:
        yield server


@pytest.fixture
def folder(server, tmp_path):
    return made(server, tmp_path.name)


def made(server, name):
    folder = server.served / name
    folder.mkdir()
    (folder / "books.se").write_bytes(CONTENT)
    return folder


@contextmanager
def placed(server, folder, tmp_path, *, limits=SHORT, login=None, **agreed):
    where = {"folder": server.path_of(folder)} | agreed
    account = login or server.account()
    with place(server, tmp_path / "t", login=account, limits=limits, **where) as opened:
        yield opened


def the_file(where):
    (file,) = where.look().files
    return file


def fetched(where, file):
    with where.take(file) as path:
        return path.read_bytes()


def test_a_file_comes_as_it_is_and_is_moved_away(server, folder, tmp_path):
    with placed(server, folder, tmp_path) as where:
        file = the_file(where)
        assert CONTENT == fetched(where, file)
        assert "processed/books.se" == where.done(file, sha256=SHA256)
        (folder / "books.se").write_bytes(CONTENT)
        moved = where.done(the_file(where), sha256=SHA256, failed="why")
        assert "failed/books.se" == moved
    assert b"why\n" == (folder / "failed" / "books.se.error.txt").read_bytes()
    assert CONTENT == (folder / "processed" / "books.se").read_bytes()


def test_a_move_whose_target_exists_leaves_both(server, folder, tmp_path):
    (folder / "processed").mkdir()
    (folder / "processed" / "books.se").write_bytes(b"earlier")
    with placed(server, folder, tmp_path) as where:
        assert f"processed/books.{SHA256[:8]}.se" == where.done(the_file(where), sha256=SHA256)
    assert b"earlier" == (folder / "processed" / "books.se").read_bytes()


def test_links_and_hostile_names_are_left_alone(server, folder, tmp_path):
    (folder / "link.se").symlink_to("/etc/passwd")
    (folder / "bad\x1b[2J.se").touch()
    with placed(server, folder, tmp_path) as where:
        seen = where.look()
    names = {file.name for file in seen.files}
    if server.kind == "sshd":
        assert {"books.se"} == names
        assert 2 == seen.left_count
    else:  # rclone shows no links, and signs that act as pictures of them
        assert {"books.se", "bad\N{SYMBOL FOR ESCAPE}[2J.se"} == names


@pytest.mark.parametrize("is_read", [False, True], ids=["seen", "read"])
@pytest.mark.parametrize("change", ["grow", "shrink", "replace"])
def test_a_file_that_changes_after_it_was_seen_or_while_it_is_read_is_left(
    server, folder, tmp_path, change, is_read
):
    books = folder / "books.se"

    def act():
        if change == "grow":
            with books.open("ab") as file:
                file.write(b"x")
        elif change == "shrink":
            os.truncate(books, 100)
        else:
            (folder / "new").write_bytes(CONTENT[::-1])
            os.utime(folder / "new", (1, 1))
            (folder / "new").rename(books)

    line = Line(server.port, acts_after=1_000_000 if is_read else None, act=act)
    login = server.account(port=line.port)
    with placed(server, folder, tmp_path, login=login) as where:
        file = the_file(where)
        if not is_read:
            act()
        with pytest.raises(ChangedMeanwhile):
            fetched(where, file)
    assert line.has_acted is is_read
    assert [] == list((tmp_path / "t").iterdir())


def test_what_is_no_ssh_server_is_named_in_words_and_what_to_check(server):
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer():
            link, _ = other.accept()
            with link:
                link.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        login = server.account(port=other.getsockname()[1])
        with pytest.raises(ServerAway, match="no answer of an SSH server") as caught:
            shown_key(login, limits=SHORT)
    assert "check host and port in the block" in str(caught.value)
    assert "Exception" not in str(caught.value)


def test_a_listing_that_takes_too_long_is_given_up_at_its_deadline(server, folder, tmp_path):
    """Each piece comes soon enough, all of them together do not."""
    for number in range(3_000):
        os.link(folder / "books.se", folder / f"{number}.se")
    line = Line(server.port)
    limits = Limits(connect_s=30, answer_s=30, listing_s=1)
    login = server.account(port=line.port)
    with placed(server, folder, tmp_path, login=login, limits=limits) as where:
        line.pause_s = 0.5
        with pytest.raises(ServerAway):
            where.look()


def test_new_bytes_of_the_same_name_size_and_second_are_not_filed_away(server, folder, tmp_path):
    books = folder / "books.se"
    with placed(server, folder, tmp_path) as where:
        file = the_file(where)
        before = books.stat()
        books.write_bytes(CONTENT[::-1])
        os.utime(books, ns=(before.st_atime_ns, before.st_mtime_ns))

        assert "" == where.done(file, sha256=SHA256)
    assert CONTENT[::-1] == books.read_bytes()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_of_several_host_keys_the_server_shows_the_pinned_one(server, number):
    """Otherwise a server with an RSA key beside the pinned one would seem to be another."""
    with connected(server.account(host_keys=server.host_keys[number])):
        pass


def test_a_key_that_is_not_pinned_is_refused_and_a_wrong_login_too(server, tmp_path):
    other, private = write_key(tmp_path / "other", "ssh-ed25519")
    with pytest.raises(HostKeyChanged), connected(server.account(host_keys=other)):
        pass
    wrong = {"private_key": private} if server.kind == "sshd" else {"password": "wrong"}
    with pytest.raises(LoginRefused), connected(server.account(**wrong)):
        pass


def test_a_host_key_that_changes_between_two_polls_stops_and_the_next_pin_goes_on(
    own_server, tmp_path
):
    folder, pinned = made(own_server, "out"), own_server.account()
    with placed(own_server, folder, tmp_path, login=pinned) as where:
        the_file(where)
    own_server.stop()
    own_server.make_host_keys()
    own_server.start()
    with pytest.raises(HostKeyChanged), connected(pinned):
        pass
    both = own_server.account(host_keys=f"{pinned.host_keys}\n{own_server.host_keys[0]}")
    with placed(own_server, folder, tmp_path, login=both) as where:
        assert CONTENT == fetched(where, the_file(where))


@pytest.mark.parametrize("kind", BOTH)
def test_a_login_that_may_only_read_gives_its_files(tmp_path_factory, tmp_path, kind):
    with started(tmp_path_factory, kind, is_read_only=True) as server:
        folder = made(server, "out")
        with placed(server, folder, tmp_path) as where:
            file = the_file(where)
            assert CONTENT == fetched(where, file)
            with pytest.raises(NotMoved):
                where.done(file, sha256=SHA256)
            with pytest.raises(NotMoved):
                where.done(file, sha256=SHA256, failed="why")
        assert ["books.se"] == [path.name for path in folder.iterdir()]


def test_a_folder_that_is_not_there_is_refused(server, tmp_path):
    nowhere = server.served / "nowhere"
    with placed(server, nowhere, tmp_path) as where, pytest.raises(FolderUnusable):
        where.look()


@pytest.mark.parametrize("kind", BOTH)
def test_many_names_are_listed_in_time(tmp_path_factory, tmp_path, kind):
    """A tenth of what is looked at; all of it under ``make campaign``."""
    count = MAX_ENTRIES if os.environ.get("TASMA_CAMPAIGN") else MAX_ENTRIES // 10
    with started(tmp_path_factory, kind) as server:
        folder = made(server, "out")
        for number in range(1, count):
            (folder / f"{number}.se").touch()
        with placed(server, folder, tmp_path, limits=LIMITS) as where:
            assert count == len(where.look().files)


IMPATIENT = Limits(connect_s=30, answer_s=2, listing_s=60, file_s=60)
"""A server that is gone without a word is given up after two seconds, otherwise as ever."""


@pytest.fixture(params=[True, False], ids=["closed", "silent"])
def cut_line(request, server):
    """Make a line to the server that is cut after so many bytes, and a login through it."""

    def made(cut_after):
        line = Line(server.port, cut_after=cut_after, is_closed=request.param)
        return line, {"login": server.account(port=line.port), "limits": IMPATIENT}

    return made


@pytest.mark.share(2)
def test_a_cut_in_the_middle_of_a_file_is_an_error_and_leaves_nothing(
    server, folder, tmp_path, cut_line
):
    line, through = cut_line(1_000_000)
    with placed(server, folder, tmp_path, **through) as where:
        file = the_file(where)
        with pytest.raises(ServerAway):
            fetched(where, file)
    assert line.is_cut
    assert [] == list((tmp_path / "t").iterdir())
    assert CONTENT == (folder / "books.se").read_bytes()


@pytest.mark.share(2)
def test_a_server_that_vanishes_in_mid_listing_gives_no_files_at_all(
    server, folder, tmp_path, cut_line
):
    for number in range(3_000):
        os.link(folder / "books.se", folder / f"{number}.se")
    line, through = cut_line(60_000)
    with placed(server, folder, tmp_path, **through) as where, pytest.raises(ServerAway):
        where.look()
    assert line.is_cut
