"""A connection to an SFTP server that a pinned key has recognised, with a limit on every wait."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Final

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from blocks.pickup.account import SftpAccount
from blocks.pickup.host_keys import HostKey, algorithms_of, read_host_keys
from blocks.pickup.private_key import read_private_key
from ledger.errors import TerminalError, TransientError


@dataclass(frozen=True)
class Limits:
    """The longest waits, in seconds: to be connected, for one answer, for a listing, for a file."""

    connect_s: float = 15.0
    answer_s: float = 30.0
    listing_s: float = 120.0
    file_s: float = 900.0


LIMITS: Final = Limits()

FAST_CIPHERS: Final = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
"""Asked for first: they prove what they decipher in one step, and so take half the time."""

SAYS_NO: Final = "Authentication failed."
"""What paramiko says when the server refused a login; it has other words for its silence."""

OF_A_PATH: Final = frozenset({errno.ENOENT, errno.EACCES})
"""What a server says of one path; whatever else breaks is the connection's."""


class HostKeyChanged(TerminalError):
    """A server showed another key than those it is known by. Nothing was sent or fetched."""

    sentence = (
        "{server} showed the host key {shown}, none of those pinned ({pinned}). "
        "Nothing was sent or fetched. Ask whoever runs the server whether its key was changed; if "
        "so, add the new one to the block, otherwise somebody may be in between."
    )


class NoHostKeys(TerminalError):
    """No host key is pinned, so that any server would do."""

    sentence = (
        "No host key of {server} is pinned, so it cannot be recognised and nothing was sent to it. "
        "`tasma sftp test TENANT` prints the key that it shows; compare it with what its owner "
        "says, then write it into the block."
    )


class LoginRefused(TerminalError):
    """The server does not accept the login."""

    sentence = (
        "{server} does not accept the login of {user}. Check user, password or private key in the "
        "block, and with whoever runs the server that the login is open."
    )


class ServerAway(TransientError):
    """The server does not answer, or went away."""

    sentence = (
        "{server} did not answer while we were {doing} ({why}). The next poll tries again; if it "
        "stays so, check host and port in the block, and ask whoever runs the server."
    )


@dataclass(frozen=True)
class Connection:
    """An open connection, and the keys that its server is known by."""

    account: SftpAccount
    keys: tuple[HostKey, ...]
    transport: paramiko.Transport
    sftp: paramiko.SFTPClient
    limits: Limits

    @property
    def server(self) -> str:
        """Host and port, as messages name them."""
        return self.account.server

    def _is_open(self) -> bool:
        return self.transport.is_active() and not self.sftp.get_channel().closed

    @contextmanager
    def asked(self, doing: str, *, limit_s: float) -> Iterator[None]:
        """Turn what breaks the connection into `ServerAway`; what is of one path stays `OSError`.

        Args:
            doing: What the server is asked for, in a sentence.
            limit_s: Seconds after which the connection is closed, however the server drips.

        Raises:
            HostKeyChanged: The server has shown another key meanwhile, as it may at any time.
            ServerAway: It does not answer in time, or answers what cannot be read.
        """
        timer = threading.Timer(limit_s, self.transport.close)
        timer.daemon = True
        timer.start()
        try:
            with _answering(self.server, doing, is_open=self._is_open):
                yield
        finally:
            timer.cancel()
        _require_pinned(self.transport, self.keys, self.server)


@contextmanager
def connected(account: SftpAccount, *, limits: Limits = LIMITS) -> Iterator[Connection]:
    """Connect, recognise the server by a pinned key, log in, and close at the end.

    Raises:
        NoHostKeys: None is pinned.
        HostKeyUnreadable: What is pinned is no key.
        HostKeyChanged: The server shows another; no login was sent.
        LoginRefused, PrivateKeyUnreadable: The login does not work.
        ServerAway: The server does not answer.
    """
    keys = read_host_keys(account.host_keys)
    if not keys:
        raise NoHostKeys(server=account.server)
    with ExitStack() as stack:
        with _answering(account.server, "connecting"):
            transport = stack.enter_context(_transport(account, limits, algorithms_of(keys)))
        _require_pinned(transport, keys, account.server)
        _log_in(transport, account)
        with _answering(account.server, "opening SFTP"):
            sftp = paramiko.SFTPClient.from_transport(transport)
            if sftp is None:
                raise EOFError
            sftp.get_channel().settimeout(limits.answer_s)
        stack.callback(_close, sftp)
        yield Connection(account, keys, transport, sftp, limits)


def shown_key(account: SftpAccount, *, limits: Limits = LIMITS) -> HostKey:
    """Return the key that a server shows, whether or not it is pinned; nothing is sent to it.

    Raises:
        ServerAway: It does not answer.
    """
    keys = read_host_keys(account.host_keys)
    with _answering(account.server, "connecting"), _transport(account, limits, ()) as transport:
        shown = _key_of(transport)
    if not keys or shown in keys:
        return shown
    try:  # it may have several, and show a pinned one when asked for that type
        with (
            _answering(account.server, "connecting"),
            _transport(account, limits, algorithms_of(keys)) as transport,
        ):
            return _key_of(transport)
    except HostKeyChanged:
        return shown


@contextmanager
def _transport(
    account: SftpAccount, limits: Limits, algorithms: tuple[str, ...]
) -> Iterator[paramiko.Transport]:
    with ExitStack() as stack:
        address = (account.host, account.port)
        link = stack.enter_context(socket.create_connection(address, timeout=limits.connect_s))
        # Otherwise a few small requests wait for each other's receipt, 40 ms a time.
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = paramiko.Transport(link)
        stack.callback(transport.close)
        transport.banner_timeout = transport.handshake_timeout = limits.connect_s
        transport.auth_timeout = transport.channel_timeout = limits.connect_s
        offered = transport.get_security_options()
        offered.ciphers = tuple(dict.fromkeys((*FAST_CIPHERS, *offered.ciphers)))
        if algorithms:
            offered.key_types = algorithms
        transport.start_client(timeout=limits.connect_s)
        transport.get_remote_server_key()  # raises when the time was over before there was one
        yield transport


def _close(sftp: paramiko.SFTPClient) -> None:
    # The line may be gone, which whoever asked last was told, or whom nobody asks any more.
    with suppress(EOFError, OSError, paramiko.SSHException):
        sftp.close()


@contextmanager
def _answering(
    server: str, doing: str, *, is_open: Callable[[], bool] = lambda: True
) -> Iterator[None]:
    try:
        yield
    except IncompatiblePeer:
        raise HostKeyChanged(
            server=server, shown="of a type that is not pinned", pinned="see the block"
        ) from None
    except OSError as problem:
        # Paramiko says of a closed channel what it says of the answer "failure".
        if problem.errno in OF_A_PATH or (_is_failure(problem) and is_open()):
            raise
        raise ServerAway(server=server, doing=doing, why=_why(problem)) from problem
    except (paramiko.SSHException, EOFError, UnicodeDecodeError) as problem:
        raise ServerAway(server=server, doing=doing, why=_why(problem)) from problem


def _why(problem: Exception) -> str:
    """Return what went wrong in words of ours: a server's own text may hold anything."""
    match problem:
        case TimeoutError():
            return "no answer in time"
        case OSError(strerror=str(words)):
            return words
        case EOFError() | OSError():
            return "the connection was ended"
        case UnicodeDecodeError():
            return "an answer that cannot be read"
        case _:
            return "no answer of an SSH server"


def _is_failure(problem: OSError) -> bool:
    """Return whether it is SFTP's answer "failure", which says no more than that."""
    return type(problem) is OSError and problem.errno is None


def _key_of(transport: paramiko.Transport) -> HostKey:
    key = transport.get_remote_server_key()
    return HostKey(key.get_name(), key.asbytes())


def _require_pinned(transport: paramiko.Transport, keys: tuple[HostKey, ...], server: str) -> None:
    shown = _key_of(transport)
    if shown.blob not in {key.blob for key in keys}:
        raise HostKeyChanged(
            server=server,
            shown=f"{shown.kind} {shown.fingerprint}",
            pinned=", ".join(key.fingerprint for key in keys),
        )


def _log_in(transport: paramiko.Transport, account: SftpAccount) -> None:
    key = read_private_key(account) if account.private_key.get_secret_value() else None
    try:
        with _answering(account.server, "logging in"):
            if key is not None:
                transport.auth_publickey(account.user, key)
            else:
                transport.auth_password(account.user, account.password.get_secret_value())
    except ServerAway as problem:
        if not _is_refusal(problem.__cause__):
            raise
    if not transport.is_authenticated():  # or the server asks for another proof besides
        raise LoginRefused(server=account.server, user=account.user)


def _is_refusal(problem: BaseException | None) -> bool:
    """Return whether the server said no; paramiko has one class for that and for its silence."""
    if isinstance(problem, paramiko.BadAuthenticationType):
        return True
    is_about_login = isinstance(problem, paramiko.AuthenticationException)
    return is_about_login and problem.args == (SAYS_NO,)  # type: ignore[union-attr]
