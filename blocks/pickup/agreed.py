"""What was agreed with a customer: where files are put, their names, and when they are whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Final

from blocks.names import shown_name
from ledger.readers import SUFFIXES, suffixes_in_words

TEMPORARY: Final = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".swp")
"""Endings of names under which programs send what is not whole yet."""


@dataclass(frozen=True)
class Agreed:
    """The agreement with one tenant.

    `folder`: on the server. `file_pattern`: of the names, with ``*`` and ``?``; empty means any
    that ends like a ledger. `done_suffix`: of the empty file that says that one is whole
    (``books.se.done``); empty means that none is sent. `others`: the tenants whose files are put
    into the same folder, and the pattern of each.
    """

    tenant: str
    folder: str
    file_pattern: str = ""
    done_suffix: str = ""
    others: Mapping[str, str] = field(default_factory=dict)

    def is_ours(self, name: str) -> bool:
        """Return whether a file of that name may be for this tenant, or is its to see to.

        One whose name nobody agreed on is seen to by the first of those who share the folder.
        """
        claimants = self.claimants(name) or sorted([self.tenant, *self.others])[:1]
        return self.tenant in claimants

    @property
    def names(self) -> str:
        """The names that are expected in the folder: those agreed on, or how a ledger ends."""
        patterns = {self.file_pattern, *self.others.values()}
        return suffixes_in_words() if "" in patterns else ", ".join(sorted(patterns))

    def has_agreed_name(self, name: str) -> bool:
        """Return whether a name is as agreed, and ends like a ledger."""
        return _is_named(name, self.file_pattern)

    def claimants(self, name: str) -> list[str]:
        """Return the tenants, this one among them, whose file it may be by its name.

        More than one where the names of a shared folder do not tell them apart.
        """
        patterns = {self.tenant: self.file_pattern, **self.others}
        return sorted(tenant for tenant, like in patterns.items() if _is_named(name, like))


def _is_named(name: str, pattern: str) -> bool:
    """Return whether a name is like a pattern (empty: like any), and ends like a ledger."""
    is_like = not pattern or fnmatchcase(name, pattern)
    return is_like and PurePosixPath(name).suffix.lower() in SUFFIXES


def is_temporary(name: str) -> bool:
    """Return whether a name says that the file is not whole yet."""
    return name.startswith((".", "~")) or name.lower().endswith((*TEMPORARY, "~"))


def is_plain(name: str) -> bool:
    """Return whether a name is text, of one file: no folders, no signs that act, not too long."""
    return name == shown_name(name) and "/" not in name and name not in {"", ".", ".."}
