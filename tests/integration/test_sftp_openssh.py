"""The same place on OpenSSH's own server, as customers have it."""

from __future__ import annotations

import getpass
import hashlib
import os
import shutil
import socket
import subprocess
import time
from types import SimpleNamespace

import asyncssh
import pytest

from blocks.pickup.account import SftpAccount
from blocks.pickup.connection import HostKeyChanged, LoginRefused, connected
from blocks.pickup.port import NotMoved
from tests.plugins.absent_parts import ABSENT
from tests.sftp_place import place

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
PRIVILEGES = "/run/sshd"
"""Without it sshd does not start as root; Debian makes it when the service starts."""

pytestmark = pytest.mark.skipif(SSHD is None, reason=f"{ABSENT}OpenSSH's sshd")

CONTENT = b"#FLAGGA 0\n" * 300_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def write_key(path, kind):
    key = asyncssh.generate_private_key(kind)
    path.write_bytes(key.export_private_key())
    path.chmod(0o600)
    return " ".join(key.export_public_key().decode().split()[:2]), key.export_private_key().decode()


@pytest.fixture(scope="module")
def sshd(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sshd")
    kinds = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")
    host_keys = [write_key(folder / f"host-{kind}", kind)[0] for kind in kinds]
    public, private = write_key(folder / "login", "ssh-ed25519")
    (folder / "authorized").write_text(public)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lines = (
        f"ListenAddress 127.0.0.1:{port}",
        *(f"HostKey {folder}/host-{kind}" for kind in kinds),
        f"AuthorizedKeysFile {folder}/authorized",
        f"PidFile {folder}/pid",
        "StrictModes no\nPermitRootLogin yes\nPasswordAuthentication no",
        "Subsystem sftp internal-sftp",
    )
    (folder / "config").write_text("\n".join(lines) + "\n")
    if os.geteuid() == 0:
        os.makedirs(PRIVILEGES, exist_ok=True)  # noqa: PTH103 - one folder of the system
    process = subprocess.Popen(
        [SSHD, "-D", "-e", "-f", folder / "config"], stderr=(folder / "log").open("w")
    )
    try:
        wait_for(port, process, folder / "log")
        yield SimpleNamespace(port=port, host_keys=host_keys, private=private)
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port, process, log):
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return


def login(sshd, **changed):
    values = {
        "host": "127.0.0.1",
        "port": sshd.port,
        "user": getpass.getuser(),
        "private_key": sshd.private,
        "host_keys": sshd.host_keys[0],
    }
    return SftpAccount(**(values | changed))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "books.se").write_bytes(CONTENT)
    return tmp_path / "out"


def test_a_file_comes_as_it_is_and_is_moved_away(sshd, folder, tmp_path):
    with place(sshd, tmp_path / "t", login=login(sshd), folder=str(folder)) as where:
        (file,) = where.look().files
        with where.take(file) as path:
            assert CONTENT == path.read_bytes()
        assert "processed/books.se" == where.done(file, sha256=SHA256)
        (folder / "books.se").write_bytes(CONTENT)
        (file,) = where.look().files
        moved = where.done(file, sha256=SHA256, failed="why")
        assert "failed/books.se" == moved
        assert b"why\n" == (folder / "failed" / "books.se.error.txt").read_bytes()


def test_links_and_hostile_names_are_left_alone(sshd, folder, tmp_path):
    (folder / "link.se").symlink_to("/etc/passwd")
    (folder / os.fsdecode("räkenskap.se".encode("latin-1"))).touch()
    with place(sshd, tmp_path / "t", login=login(sshd), folder=str(folder)) as where:
        seen = where.look()
    assert ["books.se"] == [file.name for file in seen.files]
    assert 2 == seen.left_count


@pytest.mark.parametrize("number", [0, 1, 2])
def test_of_several_host_keys_the_server_shows_the_pinned_one(sshd, number):
    """Otherwise a server with an RSA key beside the pinned one would seem to be another."""
    with connected(login(sshd, host_keys=sshd.host_keys[number])):
        pass


def test_a_key_that_is_not_pinned_is_refused_and_a_wrong_login_too(sshd, tmp_path):
    other, private = write_key(tmp_path / "other", "ssh-ed25519")
    with pytest.raises(HostKeyChanged), connected(login(sshd, host_keys=other)):
        pass
    with pytest.raises(LoginRefused), connected(login(sshd, private_key=private)):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_only_be_read_gives_its_files(sshd, folder, tmp_path):
    folder.chmod(0o500)
    with place(sshd, tmp_path / "t", login=login(sshd), folder=str(folder)) as where:
        (file,) = where.look().files
        with pytest.raises(NotMoved):
            where.done(file, sha256=SHA256)
    folder.chmod(0o700)


def test_ten_thousand_names_are_listed_in_time(sshd, folder, tmp_path):
    # As names of one file, which are quicker to make than as many files.
    for number in range(10_000):
        os.link(folder / "books.se", folder / f"{number}.se")
    with place(sshd, tmp_path / "t", login=login(sshd), folder=str(folder)) as where:
        assert 10_001 == len(where.look().files)
