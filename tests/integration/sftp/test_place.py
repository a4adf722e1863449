"""A folder on a real SFTP server: what is taken, what is left, where it goes, whom we trust."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time

import asyncssh
import pytest

from blocks.lake import FileRefused
from blocks.pickup import sftp
from blocks.pickup.connection import (
    HostKeyChanged,
    Limits,
    LoginRefused,
    NoHostKeys,
    ServerAway,
    connected,
    shown_key,
)
from blocks.pickup.host_keys import HostKeyUnreadable
from blocks.pickup.port import ChangedMeanwhile, NotMoved
from blocks.pickup.private_key import PrivateKeyUnreadable
from blocks.pickup.reading import CHUNK_BYTES, WINDOW_BYTES
from blocks.pickup.sftp import FolderUnusable, ListingTooLong
from simulators.sftp import Faults, SftpSimulator
from tests.sftp_place import LOGIN, PASSWORD, SHORT, account, place

CONTENT = b"#FLAGGA 0\n" * 30_000
SILENT = Limits(answer_s=0.3)

SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with SftpSimulator(tmp_path_factory.mktemp("sftp"), {LOGIN: PASSWORD}) as server:
        yield server


@pytest.fixture
def server(running):
    shutil.rmtree(running.folder(LOGIN))
    running.folder(LOGIN).mkdir()
    vars(running.faults).update(vars(Faults()))
    return running


@pytest.fixture
def folder(server):
    return server.folder(LOGIN)


@pytest.fixture
def books(folder):
    path = folder / "books.se"
    path.write_bytes(CONTENT)
    return path


def names(where):
    return sorted(file.name for file in where.look().files)


def the_file(where):
    (file,) = where.look().files
    return file


def taken(where):
    with where.take(the_file(where)) as path:
        return path.read_bytes()


def fetched(where, file):
    with where.take(file) as path:
        return path.read_bytes()


def below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def test_a_file_comes_as_it_is_and_is_moved_to_processed(server, folder, books, tmp_path):
    with place(server, tmp_path) as where:
        file = the_file(where)
        with where.take(file) as path:
            assert CONTENT == path.read_bytes()
        assert "processed/books.se" == where.done(file, sha256=SHA256)
        assert [] == names(where)

    assert ["processed/books.se"] == below(folder)
    assert [] == list(tmp_path.iterdir()), "nothing is left on this machine"


def test_a_file_that_failed_lies_beside_its_reason(server, folder, books, tmp_path):
    with place(server, tmp_path) as where:
        where.done(the_file(where), sha256=SHA256, failed="Fel konto\x1b[2J\nrad 2")

    assert ["failed/books.se", "failed/books.se.error.txt"] == below(folder)
    reason = (folder / "failed" / "books.se.error.txt").read_text(encoding="utf-8")
    assert reason.splitlines()[1] == "rad 2"
    assert "\x1b" not in reason


def test_what_is_no_whole_file_of_a_plain_name_is_left_and_counted(server, folder, books, tmp_path):
    (folder / "link.se").symlink_to("/etc/passwd")
    (folder / "sub" / "deeper").mkdir(parents=True)
    (folder / "sub" / "deeper" / "books.se").write_bytes(CONTENT)
    for name in ("half.se.part", ".hidden.se", "~lock.se", "bad\x1b[2J.se"):
        (folder / name).touch()
    (folder / os.fsdecode("räkenskap.se".encode("latin-1"))).touch()
    with place(server, tmp_path) as where:
        seen = where.look()

    assert ["books.se"] == [file.name for file in seen.files]
    left = {why.split(" (")[0]: item.count for (_, why), item in seen.left.items()}
    assert left == {
        "that are no files": 2,
        "whose names are no plain text": 2,
        "that are still being sent, by their names": 3,
    }


@pytest.mark.parametrize("flag", [asyncssh.FILEXFER_ATTR_SIZE, asyncssh.FILEXFER_ATTR_ACMODTIME])
def test_a_size_or_time_that_the_server_does_not_give_counts_as_unstable(
    server, books, tmp_path, flag
):
    def hide(name, attributes):
        if flag == asyncssh.FILEXFER_ATTR_SIZE:
            attributes.size = None
        else:
            attributes.atime = attributes.mtime = None

    server.faults.attributes = hide
    with place(server, tmp_path) as where:
        seen = where.look()

    assert set() == seen.files
    assert 1 == seen.left_count


def test_a_file_whose_done_file_is_not_there_waits_and_a_done_file_alone_is_nothing(
    server, folder, books, tmp_path
):
    (folder / "other.se.done").touch()
    with place(server, tmp_path, done_suffix=".done") as where:
        assert [] == names(where)
        (folder / "books.se.done").touch()
        assert ["books.se"] == names(where)
        where.done(the_file(where), sha256=SHA256)

    assert ["other.se.done", "processed/books.se"] == below(folder)


def test_files_of_others_in_a_shared_folder_are_left(server, folder, books, tmp_path):
    (folder / "beta-1.se").touch()
    with place(server, tmp_path, file_pattern="books*", others={"beta": "beta-*"}) as where:
        assert ["books.se"] == names(where)


@pytest.mark.parametrize("lie", [-1, 1, 200_000])
def test_a_size_that_is_a_lie_leaves_the_file_alone(server, books, tmp_path, lie):
    def change(name, attributes):
        if name == "books.se":
            attributes.size += lie

    server.faults.attributes = change
    with place(server, tmp_path) as where, pytest.raises(ChangedMeanwhile):
        taken(where)

    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("change", ["grow", "shrink", "replace", "remove"])
def test_a_file_that_changes_while_it_is_read_is_left(server, folder, books, tmp_path, change):
    def act(name, offset):
        server.faults.before_read = None
        if change == "grow":
            with books.open("ab") as file:
                file.write(b"x")
        elif change == "shrink":
            os.truncate(books, 100)
        elif change == "replace":
            (folder / "new").write_bytes(CONTENT[::-1])
            os.utime(folder / "new", (1, 1))
            (folder / "new").rename(books)
        else:
            books.unlink()

    server.faults.before_read = act
    with place(server, tmp_path) as where, pytest.raises(ChangedMeanwhile):
        taken(where)

    assert [] == list(tmp_path.iterdir())


def test_new_bytes_of_the_same_name_size_and_second_are_not_filed_away(
    server, folder, books, tmp_path
):
    with place(server, tmp_path) as where:
        file = the_file(where)
        assert CONTENT == taken(where)
        before = books.stat()
        books.write_bytes(CONTENT[::-1])
        os.utime(books, ns=(before.st_atime_ns, before.st_mtime_ns))

        assert "" == where.done(file, sha256=SHA256)
    assert ["books.se"] == below(folder)


@pytest.mark.parametrize("most_bytes", [1_000, 100_000, len(CONTENT) - 1])
def test_a_server_that_gives_less_at_once_is_asked_for_less(server, books, tmp_path, most_bytes):
    server.faults.most_bytes = most_bytes
    with place(server, tmp_path) as where:
        assert CONTENT == taken(where)
    assert server.faults.reads < len(CONTENT) // most_bytes + 20


def test_a_name_that_is_taken_in_processed_gets_another(server, folder, books, tmp_path):
    (folder / "processed").mkdir()
    (folder / "processed" / "books.se").write_bytes(b"earlier")
    with place(server, tmp_path) as where:
        moved = where.done(the_file(where), sha256=SHA256)

    assert f"processed/books.{SHA256[:8]}.se" == moved
    assert b"earlier" == (folder / "processed" / "books.se").read_bytes()


def test_a_link_in_the_place_of_processed_is_not_followed(server, folder, books, tmp_path):
    (folder / "sub").mkdir()
    (folder / "processed").symlink_to("sub")
    with place(server, tmp_path) as where, pytest.raises(NotMoved):
        where.done(the_file(where), sha256=SHA256)
    assert books.exists()


def test_a_server_that_may_only_be_read_says_so_and_is_left_as_it_was(
    server, folder, books, tmp_path
):
    server.faults.is_read_only = True
    with place(server, tmp_path) as where:
        file = the_file(where)
        assert CONTENT == taken(where)
        with pytest.raises(NotMoved, match="is not taken again"):
            where.done(file, sha256=SHA256)
        with pytest.raises(NotMoved):
            where.done(file, sha256=SHA256, failed="why")

    assert ["books.se"] == below(folder)


def test_a_cut_in_the_middle_of_a_file_is_an_error_and_leaves_nothing(server, books, tmp_path):
    def cut(name, offset):
        if offset > 100_000:
            server.faults.cut()

    server.faults.before_read = cut
    with place(server, tmp_path) as where, pytest.raises(ServerAway):
        taken(where)
    assert [] == list(tmp_path.iterdir())


def test_a_server_that_vanishes_while_listing_gives_no_files_at_all(server, folder, tmp_path):
    for number in range(300):
        (folder / f"{number}.se").touch()

    def vanish(number):
        if number == 250:
            server.faults.cut()

    server.faults.entry = vanish
    with place(server, tmp_path) as where, pytest.raises(ServerAway):
        where.look()


def test_a_server_that_stops_answering_is_given_up_and_was_asked_for_a_window_at_most(
    server, books, tmp_path
):
    books.write_bytes(CONTENT * 20)
    server.faults.stalls = True  # until the end of the test
    try:
        with place(server, tmp_path, limits=SILENT) as where, pytest.raises(ServerAway):
            taken(where)
    finally:
        server.faults.stalls = False
    assert server.faults.reads <= WINDOW_BYTES // CHUNK_BYTES, "no more was asked for ahead"


def test_a_server_that_drips_is_given_up_at_the_deadline_of_the_file(server, books, tmp_path):
    server.faults.before_read = lambda _name, _offset: time.sleep(0.1)
    limits = Limits(connect_s=2, answer_s=5, listing_s=5, file_s=0.3)
    with place(server, tmp_path, limits=limits) as where, pytest.raises(ServerAway):
        taken(where)
    server.faults.before_read = None


def test_a_folder_of_too_many_names_is_refused_whole(server, folder, books, tmp_path, monkeypatch):
    monkeypatch.setattr(sftp, "MAX_ENTRIES", 3)
    for number in range(5):
        (folder / f"{number}.se").touch()
    with place(server, tmp_path) as where, pytest.raises(ListingTooLong):
        where.look()


def test_a_folder_that_is_not_there_is_refused(server, tmp_path):
    with place(server, tmp_path, folder="/nowhere") as where, pytest.raises(FolderUnusable):
        where.look()


def test_a_file_that_is_too_large_is_refused_without_a_read(server, folder, tmp_path):
    with (folder / "huge.se").open("wb") as huge:
        huge.truncate(2 << 30)
    read = []
    server.faults.before_read = lambda name, _offset: read.append(name)
    with place(server, tmp_path) as where, pytest.raises(FileRefused):
        taken(where)
    assert "huge.se" not in read


def test_a_server_with_another_key_is_sent_no_login(tmp_path):
    with SftpSimulator(tmp_path, {LOGIN: PASSWORD}) as server:
        login = account(server)
        server.change_host_key()
        with pytest.raises(HostKeyChanged) as refused, connected(login, limits=SHORT):
            pass
        fingerprint = shown_key(login, limits=SHORT).fingerprint
        assert fingerprint in str(refused.value)

        both = account(server, host_keys=f"{login.host_keys}\n{server.host_key}")
        with connected(both, limits=SHORT) as connection:
            assert [] == connection.sftp.listdir("/")
        server.change_host_key("ecdsa-sha2-nistp256")
        with pytest.raises(HostKeyChanged), connected(both, limits=SHORT):
            pass


@pytest.mark.parametrize("doing", ["fetching", "listing", "moving"])
def test_a_host_key_that_changes_while_connected_stops_everything(tmp_path, doing):
    """Keys are exchanged anew within a connection, and the other one may be another's."""
    with (
        SftpSimulator(tmp_path, {LOGIN: PASSWORD}) as server,
        place(server, tmp_path / "t") as where,
    ):
        books = server.folder(LOGIN) / "books.se"
        books.write_bytes(CONTENT)
        file = the_file(where)
        server.exchange_keys(is_other=False)
        with where.take(file) as path:
            assert CONTENT == path.read_bytes(), "the same key goes on"

        def act(*_about):
            server.faults.before_read = server.faults.entry = None
            server.exchange_keys(is_other=True)
            time.sleep(0.01)

        server.faults.before_read, server.faults.entry = act, act
        calls = {
            "fetching": lambda: fetched(where, file),
            "listing": where.look,
            "moving": lambda: where.done(file, sha256=SHA256),
        }
        with pytest.raises(HostKeyChanged):
            calls[doing]()
        assert books.exists(), "nothing was moved"


def test_of_several_host_keys_the_server_is_asked_for_the_pinned_one(tmp_path):
    server = SftpSimulator(tmp_path, {LOGIN: PASSWORD})
    server.host_keys.insert(0, asyncssh.generate_private_key("ecdsa-sha2-nistp256"))
    with server, connected(account(server), limits=SHORT) as opened:
        assert opened.keys[0].kind == "ecdsa-sha2-nistp256"


def test_without_a_pinned_key_nothing_is_sent(server):
    with pytest.raises(NoHostKeys), connected(account(server, host_keys="")):
        pass
    with pytest.raises(HostKeyUnreadable), connected(account(server, host_keys="ssh-rsa x y")):
        pass


def test_a_wrong_password_and_an_unreadable_key_are_told_apart(server):
    wrong = account(server, password="wrong-password")  # noqa: S106 - a fake
    with pytest.raises(LoginRefused) as refused, connected(wrong, limits=SHORT):
        pass
    assert "wrong-password" not in str(refused.value)
    with pytest.raises(PrivateKeyUnreadable), connected(account(server, private_key="none")):
        pass


FORMS = ["openssh", "pkcs8-pem"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("key_kind", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
def test_a_private_key_logs_in_also_without_the_line_ends_that_a_field_of_the_ui_takes(
    tmp_path, key_kind, form
):
    key = asyncssh.generate_private_key(key_kind)
    public = key.export_public_key().decode()
    secret = key.export_private_key(form).decode()
    with SftpSimulator(tmp_path, {}, public_keys={LOGIN: public}) as server:
        for text in (secret, secret.replace("\n", ""), secret.replace("\n", " ")):
            login = account(server, password="", private_key=text)
            with connected(login, limits=SHORT) as opened:
                assert [] == opened.sftp.listdir("/")


def test_a_server_that_is_not_there_is_away(server):
    with pytest.raises(ServerAway, match="connecting"), connected(account(server, port=9)):
        pass


def test_a_thousand_names_are_listed_and_leave_no_threads(server, folder, tmp_path):
    for number in range(1_000):
        (folder / f"{number}.se").touch()
    before = threading.active_count()
    with place(server, tmp_path) as where:
        assert 1_000 == len(where.look().files)
    assert threading.active_count() < before + 10


@pytest.mark.parametrize("is_cut", [False, True])
def test_a_server_that_does_not_answer_a_login_is_away_and_refuses_nobody(
    tmp_path, monkeypatch, is_cut
):
    """What is refused waits for a person, and what is away is tried again."""
    with SftpSimulator(tmp_path, {LOGIN: PASSWORD}) as server:
        server.faults.before_login = server.faults.cut if is_cut else lambda: time.sleep(1)
        limits = Limits(connect_s=0.5)
        with (
            pytest.raises(ServerAway, match="logging in"),
            connected(account(server), limits=limits),
        ):
            pass
