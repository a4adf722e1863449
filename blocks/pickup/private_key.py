"""The private key by which we log in, in whatever form it was put into the block."""

from __future__ import annotations

import io
import re
from typing import Final

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)

from blocks.pickup.account import SftpAccount
from ledger.errors import TerminalError

ENCLOSED: Final = re.compile(r"(-----BEGIN [A-Z ]+-----)([A-Za-z0-9+/=\s]+)(-----END [A-Z ]+-----)")
"""A key between its first line and its last; one with headers inside, which need lines, is none."""

LINE_CHARS: Final = 64


class PrivateKeyUnreadable(TerminalError):
    """The private key in the block is none, or its passphrase is another."""

    sentence = (
        "The private key for {server} cannot be read: expected an Ed25519, ECDSA or RSA key in "
        "OpenSSH's or PEM form, and its passphrase if it has one. Put it into the block anew."
    )


def read_private_key(account: SftpAccount) -> paramiko.PKey:
    """Read a private key in either form; paramiko alone fails at every other ECDSA key.

    Raises:
        PrivateKeyUnreadable: It is none, or its passphrase is another.
    """
    phrase = account.passphrase.get_secret_value().encode() or None
    text = in_lines(account.private_key.get_secret_value()).encode()
    read = load_ssh_private_key if b"OPENSSH" in text else load_pem_private_key
    try:
        key = read(text, phrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise PrivateKeyUnreadable(server=account.server) from None
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return paramiko.ECDSAKey(vals=(key, key.public_key()))
    if isinstance(key, rsa.RSAPrivateKey):
        return paramiko.RSAKey(key=key)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        return paramiko.Ed25519Key.from_private_key(io.StringIO(plain.decode()))
    raise PrivateKeyUnreadable(server=account.server)


def in_lines(text: str) -> str:
    """Return a private key in lines: fields for secrets in Prefect's UI take the line ends away."""
    found = ENCLOSED.search(text)
    if found is None:
        return f"{text.strip()}\n"
    first, body, last = found.groups()
    body = "".join(body.split())
    pieces = (body[at : at + LINE_CHARS] for at in range(0, len(body), LINE_CHARS))
    return "\n".join((first, *pieces, last, ""))
