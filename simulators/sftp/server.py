"""The server: logins with folders of their own, host keys that may change, in a thread."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final, Self, cast

import asyncssh

from simulators.sftp.faults import Faults

START_LIMIT_S: Final = 20.0
KEY_TYPE: Final = "ssh-ed25519"


class SftpSimulator:
    """Serves a folder for each login under `root` until the context ends.

    Args:
        root: Under which each login has a folder of its name, in which it is shut up.
        logins: Passwords by login; plainly fake ones.
        public_keys: Public keys (a line of OpenSSH's) by login.
        port: 0 for a free one.
    """

    def __init__(
        self,
        root: Path,
        logins: dict[str, str],
        *,
        public_keys: dict[str, str] | None = None,
        port: int = 0,
    ) -> None:
        self.root = root
        self.logins = logins
        self.public_keys = public_keys or {}
        self.port = port
        self.faults = Faults()
        self.connections = 0
        self.host_keys = [asyncssh.generate_private_key(KEY_TYPE)]
        self._links: list[asyncssh.SSHServerConnection] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._acceptor: asyncssh.SSHAcceptor | None = None

    @property
    def host_key(self) -> str:
        """The public host key as a line of known_hosts without the host."""
        return " ".join(self.host_keys[0].export_public_key().decode().split()[:2])

    def folder(self, login: str) -> Path:
        """Return the folder of a login on this machine."""
        return self.root / login

    def change_host_key(self, kind: str = KEY_TYPE) -> None:
        """Show another key to whoever connects from now on."""
        self.host_keys = [asyncssh.generate_private_key(kind)]
        self._do(self._stop())
        self._do(self._listen())

    def exchange_keys(self, *, is_other: bool) -> None:
        """Exchange keys anew on open connections, as either side may at any time.

        `is_other`: with another host key than the one that was shown before.
        """
        if is_other:
            self.host_keys = [asyncssh.generate_private_key(KEY_TYPE)]
        pairs = asyncssh.load_keypairs(self.host_keys)
        for link in list(self._links):
            self._loop.call_soon_threadsafe(_exchange_keys, link, pairs)

    def cut_all(self) -> None:
        """Drop every connection at once."""
        for link in list(self._links):
            self._loop.call_soon_threadsafe(link.abort)

    def note(self, link: asyncssh.SSHServerConnection) -> None:
        """Count a connection that was made."""
        self.connections += 1
        self._links.append(link)

    def forget(self, link: asyncssh.SSHServerConnection) -> None:
        """Note that a connection has ended."""
        if link in self._links:
            self._links.remove(link)

    def __enter__(self) -> Self:
        for login in {*self.logins, *self.public_keys}:
            self.folder(login).mkdir(parents=True, exist_ok=True)
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(self, *_problem: object) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_LIMIT_S)
        self._loop.close()

    def _do(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(START_LIMIT_S)

    async def _listen(self) -> None:
        self._acceptor = await asyncssh.listen(
            "127.0.0.1",
            self.port,
            reuse_address=True,
            server_factory=lambda: _Logins(self),
            server_host_keys=self.host_keys,
            sftp_factory=lambda channel: _Files(channel, self),
            allow_scp=False,
        )
        self.port = self._acceptor.get_port()

    async def _stop(self) -> None:
        if self._acceptor:
            self._acceptor.close()
            for link in list(self._links):
                link.abort()
            self._links.clear()
            await self._acceptor.wait_closed()


def _exchange_keys(link: Any, pairs: Sequence[asyncssh.SSHKeyPair]) -> None:
    # asyncssh asks for the keys once per connection, and has no call to begin an exchange.
    link._server_host_keys = {name: pair for pair in pairs for name in pair.host_key_algorithms}  # noqa: SLF001
    link._send_kexinit()  # noqa: SLF001
    link._kexinit_sent = True  # noqa: SLF001


class _Logins(asyncssh.SSHServer):
    def __init__(self, simulator: SftpSimulator) -> None:
        self._simulator = simulator

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._simulator.note(conn)
        self._link = conn

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncssh's words
        self._simulator.forget(self._link)

    def begin_auth(self, username: str) -> bool:
        line = self._simulator.public_keys.get(username)
        if line:
            self._link.set_authorized_keys(asyncssh.import_authorized_keys(line))
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        if self._simulator.faults.before_login:
            self._simulator.faults.before_login()
        return self._simulator.logins.get(username) == password


class _Files(asyncssh.SFTPServer):
    def __init__(self, channel: Any, simulator: SftpSimulator) -> None:
        root = simulator.folder(channel.get_extra_info("username"))
        super().__init__(channel, chroot=os.fsencode(root))
        self._link = channel.get_connection()
        self._simulator = simulator
        self._faults = simulator.faults

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        number = 0
        async for entry in super().scandir(path):
            number += 1
            if self._faults.entry:
                self._run(self._faults.entry, number)
            self._say(entry.filename, entry.attrs)
            yield entry

    async def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        self._faults.reads += 1
        if self._faults.before_read:
            self._run(self._faults.before_read, os.path.basename(_name_of(file_obj)), offset)  # noqa: PTH119 - bytes
        while self._faults.stalls:  # noqa: ASYNC110 - set from another thread
            await asyncio.sleep(0.02)
        return cast("bytes", super().read(file_obj, offset, self._faults.at_most(size)))

    def _run(self, fault: Any, *about: Any) -> None:
        try:
            fault(*about)
        except asyncssh.ConnectionLost:
            self._link.abort()
            raise

    def lstat(self, path: bytes) -> asyncssh.SFTPAttrs:
        found = asyncssh.SFTPAttrs.from_local(os.lstat(self.map_path(path)))
        self._say(path, found)
        return found

    def fstat(self, file_obj: Any) -> asyncssh.SFTPAttrs:
        found = asyncssh.SFTPAttrs.from_local(os.fstat(file_obj.fileno()))
        self._say(_name_of(file_obj).encode(), found)
        return found

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        if pflags & ~asyncssh.FXF_READ:
            self._faults.refuse_writing()
        return super().open(path, pflags, attrs)

    def write(self, file_obj: Any, offset: int, data: bytes) -> int:
        self._faults.refuse_more()
        return cast("int", super().write(file_obj, offset, data))

    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> Any:
        self._faults.refuse_writing()
        self._faults.refuse_more()
        return super().mkdir(path, attrs)

    def rename(self, oldpath: bytes, newpath: bytes) -> Any:
        self._faults.refuse_writing()
        return super().rename(oldpath, newpath)

    def remove(self, path: bytes) -> Any:
        self._faults.refuse_writing()
        return super().remove(path)

    def _say(self, path: bytes | str, attrs: asyncssh.SFTPAttrs) -> None:
        if self._faults.attributes:
            name = os.fsdecode(path).rpartition("/")[2]
            self._faults.attributes(name, attrs)


def _name_of(file_obj: Any) -> str:
    return os.fsdecode(file_obj.name)
