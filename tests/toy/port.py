"""The heavy half of the toy: keys, sessions, and a ledger that comes in one part a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any, ClassVar, Final

import httpx
import pyarrow as pa
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from blocks.http import (
    PATIENT,
    CallFailed,
    CallProblem,
    CallRefused,
    SlidingWindow,
    Tally,
    http_client,
    read_json,
)
from blocks.hub import Connection, Hub, Method
from blocks.systems.answers import AnswerCatalogue
from blocks.systems.lease import WAIT_LIMIT_S, system_lease
from blocks.systems.noting import noting_state, noting_trouble
from blocks.systems.ports import (
    Extract,
    KnownYear,
    Port,
    Renewal,
    Requirement,
    SourceYear,
    Wants,
)
from ledger.fiscal_year import FiscalYear
from ledger.money import MONEY
from ledger.organisation import is_same
from ledger.source import Part
from tests.toy.system import SYSTEM

ANSWERS: Final = AnswerCatalogue(SYSTEM.title, SYSTEM.answers)
RATE: Final = SlidingWindow(calls=20, period_s=0.2)
"""All tenants share it: Toy counts the calls of our client, whoever they are for."""

MAX_READINGS: Final = 3
QUICK: Final = PATIENT.copy_with(backoff_factor=0.001)
KEYS: Final[dict[str, SecretStr]] = {}
"""Where a real system has Prefect blocks."""


class ToySettings(BaseSettings):
    """Address and secret of our own client."""

    model_config: ClassVar[Any] = SettingsConfigDict(env_prefix="TASMA_TOY_")
    url: str = "https://toy.invalid"
    client_secret: SecretStr = SecretStr("")


class Session:
    """Asks one company; the token of its key is renewed once when it is spent."""

    def __init__(self, hub: Hub, connection: Connection, client: httpx.AsyncClient, tally: Tally):
        self.hub, self.connection, self._client, self._tally = hub, connection, client, tally
        self.knows_years, self._token = False, ""

    @property
    def calls(self) -> int:
        """Calls made so far."""
        return self._tally.calls

    async def get(self, path: str, **query: str) -> bytes:
        """Return the body of a good answer."""
        try:
            return await self._ask(path, query)
        except CallProblem as problem:
            if not problem.is_about_token:
                raise
        self._token = ""
        return await self._ask(path, query)

    async def _ask(self, path: str, query: Mapping[str, str]) -> bytes:
        if not self._token:
            key = {"Key": KEYS[self.connection.tenant].get_secret_value()}
            self._token = (await self._client.get("/token", headers=key)).text
        bearer = {"Authorization": f"Bearer {self._token}"}
        return (await self._client.get(path, params=dict(query), headers=bearer)).content


class Connector:
    """See `blocks.systems.ports.Connector`."""

    @asynccontextmanager
    async def session(
        self, hub: Hub, tenant: str, *, run_id: str = "", wait_limit_s: float = WAIT_LIMIT_S
    ) -> AsyncIterator[Session]:
        """Open a session under the connection's lease, at the pace that all tenants share."""
        tally, begun = Tally(), []
        client = http_client(ToySettings().url, _explain, window=RATE, tally=tally, retry=QUICK)
        lease = system_lease(hub, tenant, SYSTEM.name, run_id=run_id, wait_limit_s=wait_limit_s)
        connection = hub.connections.get(tenant, SYSTEM.name)
        async with (
            noting_trouble(
                hub, tenant, SYSTEM.name, knows_years=lambda: any(s.knows_years for s in begun)
            ),
            lease,
            noting_state(hub, connection, ANSWERS.state_after),
            client,
        ):
            begun.append(Session(hub, connection, client, tally))
            yield begun[0]

    async def preflight(self, hub: Hub, tenant: str, *, run_id: str = "") -> Sequence[Requirement]:
        """Find out whether the key has the right to the ledger."""
        try:
            async with self.session(hub, tenant, run_id=run_id) as session:
                await Ledger(session).fiscal_years()
        except CallRefused as problem:
            reason, who = str(problem), problem.who_acts
            return [Requirement("key", False, reason, who, help="Make another key.")]
        return [Requirement("key", True, "Toy let the ledger be read.")]

    def completed(self, wants: Wants, known: Connection | None) -> Wants:  # noqa: ARG002
        """Nothing is chosen here."""
        return wants

    async def finish(
        self,
        hub: Hub,
        tenant: str,
        answer: Mapping[str, SecretStr],
        *,
        wants: Wants,  # noqa: ARG002
    ) -> Connection:
        """Keep the key, and prove it before the hub says connected."""
        KEYS[tenant] = answer["key"]
        connection = Connection(tenant, SYSTEM.name, Method.CLIENT_CREDENTIALS)
        hub.connections.save(connection)
        async with self.session(hub, tenant) as session:
            await Ledger(session).fiscal_years()
        return hub.connections.get(tenant, SYSTEM.name)

    async def keep_alive(self, hub: Hub, *, run_id: str = "") -> Sequence[Renewal]:
        """Use every key, since one that rests for long ends."""
        found = []
        for connection in hub.connections.every([SYSTEM.name]):
            async with self.session(hub, connection.tenant, run_id=run_id) as session:
                await session.get("/company")
            found.append(Renewal(connection.tenant, "refreshed"))
        return found

    async def forget(self, connection: Connection) -> None:
        """Delete the key."""
        KEYS.pop(connection.tenant, None)


class Ledger:
    """See `blocks.systems.ports.LedgerSource`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def fiscal_years(self) -> Sequence[SourceYear]:
        """List the years of the tenant's own company."""
        session = self._session
        company = read_json(await session.get("/company"))
        tenant = session.hub.tenants.get(session.connection.tenant)
        known = tenant.organisation_number
        if known and not is_same(known, company["organisation_number"]):
            raise ANSWERS.refusal("wrong_company")
        rows = read_json(await session.get("/years"))
        session.knows_years = True
        session.hub.connections.proved(tenant.id, SYSTEM.name)
        return [
            SourceYear(FiscalYear(*map(dt.date.fromisoformat, row["days"])), str(row["id"]))
            for row in rows
        ]

    async def extract(self, year: SourceYear, *, known: KnownYear) -> Extract:
        """Fetch the months that changed; what has not is named again."""
        before = self._session.calls
        names = await self._names(year)
        for _reading in range(MAX_READINGS):
            parts = [await self._part(year, name, known) for name in names]
            again = await self._names(year)
            if again == names:
                break
            names = again
        else:
            raise CallFailed("Toy's books kept changing. Try again.", code="books_kept_changing")
        balances = await self._balances(year)
        return Extract(
            parts=tuple(parts),
            format="toy-parts",
            evidence=balances,
            asked_always=balances,
            organisation_number="",
            calls=self._session.calls - before,
        )

    async def _names(self, year: SourceYear) -> list[str]:
        listed = read_json(await self._session.get("/parts", year=year.source_ref))
        return [f"{row['name']} v{row['version']}.json" for row in listed]

    async def _part(self, year: SourceYear, name: str, known: KnownYear) -> Any:
        for part in known.parts:
            if part.name == name:
                return part
        content = await self._session.get(
            "/part", year=year.source_ref, name=name.split(maxsplit=1)[0]
        )
        return Part(name, lambda: content)

    async def _balances(self, year: SourceYear) -> dict[str, pa.Table]:
        rows = read_json(await self._session.get("/balances", year=year.source_ref))
        columns = {
            "account_number": pa.array([row[0] for row in rows], pa.string()),
            "balance_kind": pa.repeat("closing", len(rows)),
            "amount": pa.array([Decimal(row[1]) for row in rows], MONEY),
        }
        return {"source_balance": pa.table(columns)}


def _explain(response: httpx.Response) -> CallProblem:
    return ANSWERS.explain(response, "")


PORT: Final = Port(ToySettings, (), Connector(), ledger=Ledger)
