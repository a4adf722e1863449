"""The one room for what leans on parts of Prefect that it does not promise to keep.

Nothing else of ours imports such a part or replaces one; `parts.PARTS` names each and what is lost
without it, and tests hold both. With ``TASMA_PLAIN_PREFECT=1`` no module of this room is imported
(docs/runbook.md): everything works, slower, so a release of Prefect that breaks one stops nobody.
"""

from blocks.settings import settings


def is_plain() -> bool:
    """Return whether Prefect is to be used as it comes."""
    return settings().plain_prefect
