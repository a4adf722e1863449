"""What every request of the portal has in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from blocks.passwords import Passwords
from flows.portal import formats
from flows.portal.limits import Limiter
from flows.portal.remembered import Remembered
from flows.portal.runs import Runs
from flows.portal.settings import PortalSettings
from tasks.stores import Stores

HERE: Final = Path(__file__).parent
STATIC: Final = {path.name: path.read_bytes() for path in sorted((HERE / "static").iterdir())}
"""Everything that is served as it is; it is little, and stays in memory."""


def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= formats.FILTERS
    made.globals["static"] = static_path
    return made


@cache
def static_path(name: str) -> str:
    """Return the path of a file, which changes with its content: browsers keep it for good."""
    return f"/static/{name}?v={sha256(STATIC[name]).hexdigest()[:12]}"


@dataclass(frozen=True)
class Portal:
    """Stores, settings and what counts, for as long as the process lives."""

    stores: Stores
    settings: PortalSettings
    runs: Runs
    passwords: Passwords = field(default_factory=Passwords)
    limiter: Limiter = field(default_factory=Limiter)
    remembered: Remembered = field(default_factory=Remembered)
    templates: Environment = field(default_factory=_templates)
