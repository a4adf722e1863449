"""How the portal is reached, from the environment (``TASMA_PORTAL_ADDRESS`` ...)."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from pydantic import Field, PositiveInt
from pydantic_settings import SettingsConfigDict

from blocks.from_environment import FromEnvironment
from blocks.settings import PORTAL_HOST, PORTAL_PORT, listening_at
from ledger.errors import TerminalError

MIB: Final = 1_048_576


class PortalSettings(FromEnvironment):
    """Addresses and limits; the defaults are for one's own machine."""

    model_config = SettingsConfigDict(
        env_prefix="TASMA_PORTAL_", env_ignore_empty=True, frozen=True
    )

    host: str = PORTAL_HOST
    """Where it listens."""
    port: int = Field(default=PORTAL_PORT, ge=1, le=65_535)
    address: str = ""
    """The address that people type, such as https://books.example.com; links are made of it."""
    proxies: str = ""
    """Addresses or networks, comma between, whose X-Forwarded-For is believed."""
    upload_max_bytes: PositiveInt = 256 * MIB
    """Largest file that is taken."""
    upload_quota_bytes: PositiveInt = 2_048 * MIB
    """Most that is taken of one tenant within a day."""

    @property
    def public_address(self) -> str:
        """The address in links and cookies, without a slash at its end."""
        return self.address.rstrip("/") or listening_at(self.host, self.port)

    @property
    def is_https(self) -> bool:
        """Whether people come by TLS."""
        return self.public_address.startswith("https://")

    @property
    def netloc(self) -> str:
        """Host and port of the public address, as a browser sends them."""
        return urlsplit(self.public_address).netloc

    @property
    def networks(self) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        """The proxies whose word is taken for who asks."""
        names = [part.strip() for part in self.proxies.split(",") if part.strip()]
        try:
            return [ipaddress.ip_network(name) for name in names]
        except ValueError as problem:
            raise ProxyUnfit(came=str(problem)[:80]) from None


class ProxyUnfit(TerminalError):
    """A proxy was named that is no address."""

    sentence = (
        "TASMA_PORTAL_PROXIES: {came}. Expected addresses or networks, comma between, such as "
        "10.0.0.5,10.1.0.0/16."
    )


class AddressUnfit(TerminalError):
    """The portal's public address is none, or passwords would travel to it in clear text."""

    sentence = (
        "The portal's address {address} is unfit: {why}. Set TASMA_PORTAL_ADDRESS to what people "
        "type, such as https://books.example.com, with TLS in front of the portal."
    )


def require_safe(settings: PortalSettings) -> None:
    """Refuse an address that is none, or to which passwords would travel in clear text.

    Raises:
        AddressUnfit, ProxyUnfit: As they say.
    """
    _ = settings.networks
    parts = urlsplit(settings.public_address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise AddressUnfit(address=settings.public_address[:80], why="it is no address of a site")
    here = parts.hostname, settings.host
    if not settings.is_https and not all(map(_is_loopback, here)):
        raise AddressUnfit(
            address=settings.public_address[:80],
            why="passwords would travel to it in clear text",
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
