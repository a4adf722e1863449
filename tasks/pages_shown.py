"""Pages as Prefect's UI shows them: whatever they advise works on the books that they are of."""

from __future__ import annotations

from uuid import UUID

from prefect.artifacts import acreate_markdown_artifact

from blocks.advice import as_here
from tasks.pages.markdown import escaped


async def show_page(key: str, text: str, *, card: str = "") -> UUID:
    """Write the next version of a page under its key, and return the version's id.

    Args:
        key: Such as ``acme-2024-changes``; small letters, digits and dashes.
        text: The page, in Markdown.
        card: The line in the list of pages, as plain text.
    """
    return await acreate_markdown_artifact(
        key=key, markdown=as_here(text), description=escaped(as_here(card)) or None
    )
