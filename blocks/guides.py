"""Guides for customers: ``docs/guides/<system>.md``, one for each system that books come from."""

from __future__ import annotations

from typing import Final

from blocks.home import PROJECT

GUIDES: Final = PROJECT / "docs" / "guides"


def guides() -> list[str]:
    """Return the systems that have a guide, in order."""
    return sorted(path.stem for path in GUIDES.glob("*.md"))


def read_guide(system: str) -> str:
    """Return a guide as Markdown, to be printed.

    Raises:
        FileNotFoundError: There is none; `guides` lists those there are.
    """
    return (GUIDES / f"{system}.md").read_text(encoding="utf-8")
