"""Where this machine keeps things: each a setting, each with a default that needs none."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Final

from pydantic import Field, PositiveInt
from pydantic_settings import SettingsConfigDict

from blocks.from_environment import FromEnvironment
from blocks.home import PROJECT, default_home
from ledger.errors import TerminalError

SQL: Final = PROJECT / "data" / "sql"
REFERENCE: Final = PROJECT / "data" / "reference"

PATIENCE: Final = "TASMA_SERVER_PATIENCE_S"
PATIENCE_OF_RUNS_S: Final = "60"
"""How long runs wait for a server unless the environment says otherwise: its restart ends none."""

PORTAL_HOST: Final = "127.0.0.1"
PORTAL_PORT: Final = 4300
"""Where the portal listens unless the environment says otherwise."""

MAX_SHARDS: Final = 64
"""In so many parts at most tenants are looked at, of a night and of a sweep."""


class HomeNotWhole(TerminalError):
    """The home is named by a part of its path, so that each folder would have another."""

    sentence = (
        "TASMA_HOME is {home}: expected the whole path, such as /var/lib/tasma/home, since a part "
        "of it leads elsewhere from each folder."
    )
    is_misuse = True


class Settings(FromEnvironment):
    """Paths and addresses, from the environment (``TASMA_HOME``, ``TASMA_HUB_URL`` ...)."""

    model_config = SettingsConfigDict(env_prefix="TASMA_", env_ignore_empty=True, frozen=True)

    home: Path = Field(default_factory=default_home)
    """The folder under which the others lie unless they are set on their own; its whole path."""

    lake: Path = Path()
    """Landed bytes and staged Parquet files."""

    lake_url: str = ""
    """A bucket, ``s3://bucket/prefix``, that has what was received; `lake` then is scratch only."""

    warehouse: Path = Path()
    """One DuckDB file per tenant: what is published."""

    inbox: Path = Path()
    """Files dropped in by hand, in one folder per tenant."""

    controls: Path = Path()
    """The operator's own controls, in SQL; one that is named must be there."""

    warehouse_url: str = ""
    """SQLAlchemy address of a PostgreSQL database that has what is published, in place of files."""

    hub_url: str = ""
    """SQLAlchemy address of the hub, in SQLite or PostgreSQL; a SQLite file by default."""

    night_shards: int = Field(default=2, ge=1, le=MAX_SHARDS)
    """In how many parts the tenants of a time zone are looked at, where fewer hosts are at work.

    Two of them run at a time; of several hosts' as many as their pool does.
    """

    night_at_once: int = Field(default=8, ge=1, le=64)
    """Tenants that a shard of the night looks at at the same time."""

    sftp_shards: int = Field(default=1, ge=1, le=MAX_SHARDS)
    """In how many parts the tenants on SFTP are polled, each in its own time, with its own page."""

    portal_host: str = PORTAL_HOST
    portal_port: int = PORTAL_PORT
    """Where the portal listens."""

    portal_address: str = ""
    """What people type to reach the portal, such as https://books.example.com: links are made of
    it, and never of what a browser says. Unless given it is where the portal listens."""

    consent_link_days: PositiveInt = 14
    """How long a link by which a customer approves is good."""

    watch_at_start: bool = True
    """Whether `tasma up` looks at the inbox and the like at once, or from the next half hour on."""

    watch_without: str = ""
    """What the watch leaves out, comma between: such as ``feeds,pushes``."""

    host_name: str = Field(
        default_factory=lambda: platform.node()[:64] or "unnamed", min_length=1, max_length=64
    )
    """What this machine is called among those that share its hub."""

    sweep_every_s: float = Field(default=120.0, gt=0, le=600)
    """How often a worker looks for runs that died with their host."""

    server_patience_s: float = Field(default=0.0, ge=0, le=600)
    """How long a PostgreSQL server that is away is waited for; of runs `PATIENCE_OF_RUNS_S`."""

    plain_prefect: bool = False
    """Whether Prefect is used as it comes, without what `flows.server.prefect_internals` adds."""

    def leaves_out(self, chore: str) -> bool:
        """Return whether the watch leaves something out."""
        return chore in {name.strip() for name in self.watch_without.split(",")}

    def model_post_init(self, _context: object) -> None:
        """Derive what was not set from `home`.

        Raises:
            HomeNotWhole: `home` would be another folder wherever a command is called.
        """
        if not self.home.is_absolute():
            raise HomeNotWhole(home=self.home)
        for name in ("lake", "warehouse", "inbox", "controls"):
            if getattr(self, name) == Path():
                object.__setattr__(self, name, self.home / name)
        if not self.hub_url:
            object.__setattr__(self, "hub_url", f"sqlite:///{self.home / 'hub' / 'hub.sqlite'}")
        if not self.portal_address:
            listens = listening_at(self.portal_host, self.portal_port)
            object.__setattr__(self, "portal_address", listens)


def listening_at(host: str, port: int) -> str:
    """Return the address at which something that listens there answers, without a slash behind."""
    return f"http://{host}:{port}"


def settings() -> Settings:
    """Read the settings anew; cheap, and a test may change the environment at any time."""
    return Settings()
