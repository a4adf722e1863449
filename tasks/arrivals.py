"""What became of a file that arrived: kept in the hub, and shown by where the file lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from blocks.hub import FileSeen
from blocks.lake import FileRefused
from blocks.names import shown_name
from blocks.pickup.folder import file_away
from blocks.settings import settings
from ledger.errors import TasmaError
from ledger.outcome import Outcome
from ledger.readers import format_of
from tasks.log import warn
from tasks.stores import Stores


@dataclass(frozen=True)
class Arrival:
    """A file of a tenant, who brought it, and its hash if the inbox has taken it in."""

    tenant: str
    path: Path
    who: str = ""
    sha256: str = ""

    def conclude(
        self, stores: Stores, *, sha256: str, outcome: Outcome, reason: str = "", load_id: str = ""
    ) -> None:
        """Note in the hub what became of the file; one that the inbox took up is filed away.

        Args:
            stores: Whose hub.
            sha256: The hash of what was landed; empty when nothing was.
            outcome: How it ended.
            reason: Why the file was not taken in; empty when it was.
            load_id: The load that was made of it.
        """
        source = format_of(self.path.name).name
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
        if self.sha256:
            self._file_away(reason)

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
