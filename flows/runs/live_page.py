"""A page in the UI that is brought up to date while something goes on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from prefect.artifacts import acreate_markdown_artifact
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import ArtifactUpdate


@dataclass
class LivePage:
    """One version of the page under a key: made by the first call, changed by the others."""

    key: str
    id: UUID | None = None

    async def show(self, client: PrefectClient, text: str, *, summary: str) -> None:
        """Have the page say this from now on. `summary`: what its card says, in one line."""
        if self.id is None:
            self.id = await acreate_markdown_artifact(
                key=self.key, markdown=text, description=summary
            )
        else:
            await client.update_artifact(self.id, ArtifactUpdate(data=text, description=summary))
