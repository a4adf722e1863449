"""A page in the UI that is brought up to date while something goes on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import Artifact
from prefect.client.schemas.sorting import ArtifactSort

from blocks.advice import as_here
from tasks.pages.markdown import escaped
from tasks.pages_shown import show_page

MARKDOWN: Final = "markdown"

VERSIONS: Final = 200
"""Versions of a lasting page that are looked at; there is one, beside those of earlier releases."""


@dataclass
class LivePage:
    """One version of the page under a key: made by the first call, changed by the others."""

    key: str
    id: UUID | None = None

    is_lasting: bool = False
    """Whether it belongs to no run: Prefect's server deletes what a run made with the run."""

    @classmethod
    async def lasting(cls, client: PrefectClient, key: str, *, days: str, today: dt.date) -> Self:
        """Return the page that stays under a key, to go on with, or one that has no version yet.

        How it was at the end of an earlier day (UTC) is kept as a version under the key ``days``.
        """
        found = await _oldest(client, key)
        if found is None:
            return cls(key, is_lasting=True)
        if _day_of(found.updated) != today:
            kept = cls(days)
            await kept.show(client, str(found.data), summary=found.description or "")
        return cls(key, found.id, is_lasting=True)

    async def show(self, client: PrefectClient, text: str, *, summary: str) -> None:
        """Have the page say this from now on. `summary`: what its card says, in one line."""
        text, card = as_here(text), escaped(as_here(summary))
        if self.id is not None:
            await client.update_artifact(self.id, ArtifactUpdate(data=text, description=card))
        elif self.is_lasting:
            new = ArtifactCreate(key=self.key, type=MARKDOWN, data=text, description=card)
            made = await client.create_artifact(new)
            # `tasma up` makes one too, to print its address: the first of them is the page.
            self.id = (await _oldest(client, self.key) or made).id
            await client.update_artifact(self.id, ArtifactUpdate(data=text, description=card))
        else:
            self.id = await show_page(self.key, text, card=summary)


async def _oldest(client: PrefectClient, key: str) -> Artifact | None:
    """Return the first version under a key that belongs to no run."""
    found = await client.read_artifacts(
        artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])),
        sort=ArtifactSort.CREATED_DESC,
        limit=VERSIONS,
    )
    lasting = [one for one in found if one.type == MARKDOWN and one.flow_run_id is None]
    return lasting[-1] if lasting else None


def _day_of(moment: dt.datetime | None) -> dt.date | None:
    return moment.astimezone(dt.UTC).date() if moment else None
