"""What became of a file that arrived: kept in the hub, and shown by where the file lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from blocks.hub import FileSeen, Hub
from blocks.lake import FileRefused
from blocks.names import shown_name
from blocks.pickup.folder import file_away
from blocks.received import sha256_of
from blocks.settings import settings
from ledger.errors import TasmaError
from ledger.outcome import Outcome
from ledger.readers import format_of
from tasks.ledger_sources import is_pulled
from tasks.log import warn
from tasks.stores import Stores

REFRESH: Final = "refresh"
SOURCE: Final = "source of this year"

Use = Literal["refresh", "source of this year"]
"""What a file dropped in by hand is to a year that a system sends every night: the next night
replaces it, or keeps it."""


@dataclass(frozen=True)
class Arrival:
    """A file of a tenant, who brought it, and its hash if the inbox has taken it in.

    `use`: of a file that somebody dropped in by hand; None of any other, which is the source of
    its year from then on.
    """

    tenant: str
    path: Path
    who: str = ""
    sha256: str = ""
    use: Use | None = None

    def is_refresh(self, hub: Hub) -> bool:
        """Return whether the year stays its system's, which replaces the file in the next night.

        A tenant without a system has no nights: its file is the source of the year.
        """
        return self.use == REFRESH and is_pulled(hub, self.tenant)

    def conclude(
        self, stores: Stores, *, sha256: str, outcome: Outcome, reason: str = "", load_id: str = ""
    ) -> None:
        """Note in the hub what became of the file; one that lies in the inbox is filed away.

        Args:
            stores: Whose hub.
            sha256: The hash of what was landed; empty when nothing was.
            outcome: How it ended.
            reason: Why the file was not taken in; empty when it was.
            load_id: The load that was made of it.
        """
        source, sha256 = format_of(self.path.name).name, sha256 or self._sha256_now()
        landed = stores.lake.find(self.tenant, source, sha256) if sha256 else None
        if landed is not None:
            stores.hub.files.record(
                FileSeen(
                    tenant=self.tenant,
                    sha256=landed.sha256,
                    file_name=shown_name(self.path.name),
                    size_bytes=landed.size_bytes,
                    outcome=outcome.value,
                    reason=reason,
                    load_id=load_id,
                    who=self.who,
                )
            )
        if self.use:
            self._note(stores.hub, outcome, load_id=load_id)
        if self.sha256 or self.use:
            self._file_away(reason if outcome.is_red else "")

    def _sha256_now(self) -> str:
        """Return the hash of a file that was refused after it was landed; empty without one."""
        try:
            return sha256_of(self.path)
        except (OSError, FileRefused):
            return ""

    def _note(self, hub: Hub, outcome: Outcome, *, load_id: str) -> None:
        """Keep who dropped what, as what, and how it ended (R-FIN-28)."""
        as_what = f"a {REFRESH}" if self.is_refresh(hub) else f"the {SOURCE}"
        message = f"{shown_name(self.path.name)} was dropped in by {self.who} as {as_what}"
        text = f"{message}: {outcome}"
        hub.events.add("drop-in", text, tenant=self.tenant, load_id=load_id)

    def _file_away(self, reason: str) -> None:
        """Move the file; what became of it is settled, so that a full disk undoes nothing."""
        try:
            file_away(self.tenant, self.path, reason=reason, sha256=self.sha256)
        except (OSError, FileRefused) as problem:
            why = problem.strerror if isinstance(problem, OSError) else str(problem)
            warn(f"The file stays in the inbox for the next sweep: {why}.", tenant=self.tenant)


def resolve(tenant: str, path: str) -> Path:
    """Return where a file lies: a bare name is one of the tenant's inbox folder."""
    given = Path(path).expanduser()
    return given if given.is_absolute() else settings().inbox / tenant / given


def explain(problem: BaseException) -> str:
    """Say why something failed, for a person who sees no log.

    Only our own messages are known to hold nothing of the file and no secret.
    """
    if isinstance(problem, TasmaError):
        return str(problem)
    return f"{type(problem).__name__}: a fault of the program; the run's log says more."
