"""The one door to what the hub remembers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from blocks.hub.abandoned import abandoned
from blocks.hub.acceptances import Acceptances
from blocks.hub.account_maps import AccountMaps
from blocks.hub.approvals import Approvals
from blocks.hub.charts import Charts
from blocks.hub.connections import Connections
from blocks.hub.consents import Consents
from blocks.hub.customer_statements import CustomerStatements
from blocks.hub.database import Clock, Database
from blocks.hub.documents import Documents
from blocks.hub.erase import erase_tenant
from blocks.hub.events import Events
from blocks.hub.feeds import Feeds
from blocks.hub.files import Files
from blocks.hub.holds import Holds
from blocks.hub.hosts import Hosts
from blocks.hub.kept_lease import KeptLease, leased
from blocks.hub.kept_years import KeptYears
from blocks.hub.lake_prunes import LakePrunes
from blocks.hub.later import Later
from blocks.hub.leases import DEFAULT_TTL_S, Leases, unit_resource
from blocks.hub.ledger_owners import LedgerOwners
from blocks.hub.loads import Loads
from blocks.hub.migrate import migrate
from blocks.hub.nights import Nights
from blocks.hub.onboarding import Openings
from blocks.hub.outbox import Outbox
from blocks.hub.overview import MAX_TENANTS, OverviewRow, read_overview
from blocks.hub.pickups import Pickups
from blocks.hub.portal_audit import PortalAudit
from blocks.hub.portal_sessions import PortalSessions
from blocks.hub.portal_users import PortalUsers
from blocks.hub.push_facts import PushFacts
from blocks.hub.push_marks import PushMarks
from blocks.hub.rate_shares import RateShares
from blocks.hub.repair import INTERRUPTED, repair_tenant
from blocks.hub.restored import RESTORED, begin_anew
from blocks.hub.route_accounts import RouteAccounts
from blocks.hub.route_links import RouteLinks
from blocks.hub.routes import Routes
from blocks.hub.side_loads import SideLoads
from blocks.hub.storage import BUSY_TIMEOUT_S
from blocks.hub.target_cards import TargetCards
from blocks.hub.tenants import Tenants
from blocks.hub.tightened import Tightened
from blocks.hub.transfers import Transfers
from blocks.hub.units import Units, UnitStatus
from blocks.hub.years import Years
from ledger.fiscal_year import FiscalYear

if TYPE_CHECKING:  # the hub is opened by commands that need no DuckDB
    from blocks.warehouse.records import LoadRecord


class Hub:
    """A hub at an address; each attribute is a store of one topic.

    Making one costs nothing and opens nothing. `migrate` comes first on a new or an older hub;
    a store used before that says so. Every call of a store is one transaction; all are
    synchronous and may be made from several threads and processes at once.

    Args:
        url: ``sqlite:////folder/hub.sqlite``, or ``postgresql+psycopg://user:password@host/name``.
        clock: Where the time comes from; tests bring their own. Without one it is this machine's
            for a file, and the server's for PostgreSQL.
        busy_timeout_s: Longest wait for another writer, in seconds.

    Raises:
        HubUnusable: The address cannot hold a hub (network disk, another kind).
    """

    def __init__(
        self, url: str, *, clock: Clock | None = None, busy_timeout_s: float = BUSY_TIMEOUT_S
    ) -> None:
        self.database = Database(url, clock=clock, busy_timeout_s=busy_timeout_s)
        self.events = Events(self.database)
        self.tenants = Tenants(self.database, self.events)
        self.tightened = Tightened(self.database, self.events)
        self.outbox = Outbox(self.database)
        self.push_marks = PushMarks(self.database)
        self.target_cards = TargetCards(self.database)
        self.push_facts = PushFacts(self.database)
        self.routes = Routes(self.database, self.events)
        self.route_accounts = RouteAccounts(self.database, self.events)
        self.route_links = RouteLinks(self.database)
        self.feeds = Feeds(self.database)
        self.transfers = Transfers(self.database)
        self.openings = Openings(self.database, self.events)
        self.approvals = Approvals(self.database)
        self.charts = Charts(self.database, self.events)
        self.customer_statements = CustomerStatements(self.database, self.events)
        self.account_maps = AccountMaps(self.database, self.events)
        self.years = Years(self.database, self.events)
        self.ledger_owners = LedgerOwners(self.database, self.events)
        self.units = Units(self.database, self.events)
        self.kept_years = KeptYears(self.database, self.events)
        self.loads = Loads(self.database)
        self.later = Later(self.database, self.events)
        self.holds = Holds(self.database, self.events)
        self.side_loads = SideLoads(self.database, self.events)
        self.acceptances = Acceptances(self.database, self.events)
        self.files = Files(self.database)
        self.pickups = Pickups(self.database, self.events)
        self.documents = Documents(self.database)
        self.nights = Nights(self.database)
        self.leases = Leases(self.database)
        self.hosts = Hosts(self.database)
        self.lake_prunes = LakePrunes(self.database, self.leases)
        self.rate_shares = RateShares(self.database)
        self.connections = Connections(self.database, self.events)
        self.consents = Consents(self.database, self.events)
        self.portal_users = PortalUsers(self.database)
        self.portal_sessions = PortalSessions(self.database)
        self.portal_audit = PortalAudit(self.database)

    def migrate(self) -> Self:
        """Bring the schema up to date, safe when several processes do it at once."""
        migrate(self.database)
        return self

    @contextmanager
    def unit_lease(
        self,
        tenant: str,
        year: FiscalYear,
        *,
        holder: str,
        run_id: str = "",
        ttl_s: float = DEFAULT_TTL_S,
        above: int = 0,
    ) -> Iterator[KeptLease]:
        """Hold a unit for the length of the body, renewing in the background.

        Its token is higher than all before, and than ``above``, which the warehouse has seen.

        Raises:
            LeaseTaken: Another run works on the unit.
            LeaseLost: The lease was lost while the body ran.
            UnknownTenant: It was erased before; while the lease is held it cannot be.
        """
        with leased(
            self.leases,
            unit_resource(tenant, year),
            holder=holder,
            clock=self.database.now,
            ttl_s=ttl_s,
            run_id=run_id,
            above=above,
        ) as kept:
            self.tenants.get(tenant)
            yield kept

    def overview(
        self,
        *,
        tenant: str = "",
        among: Collection[str] = (),
        after: str = "",
        limit: int = MAX_TENANTS,
    ) -> list[OverviewRow]:
        """List tenants and their units with a light, a reason and the last good load (R-X-12).

        Args:
            tenant: Only this one; empty means all.
            among: Only these; empty means all.
            after: Continue behind this tenant.
            limit: Most tenants, at most `MAX_TENANTS`.
        """
        only = [tenant] if tenant else among
        with self.database.reading() as connection:
            return read_overview(
                connection, now=self.database.now(), among=only, after=after, limit=limit
            )

    def whole_overview(
        self, *, tenant: str = "", among: Collection[str] = ()
    ) -> Iterator[OverviewRow]:
        """Go through the rows of all tenants, of one or of some, page after page (R-X-12)."""
        after = ""
        while page := self.overview(tenant=tenant, among=among, after=after):
            yield from page
            after = page[-1].tenant

    def abandoned(self) -> list[UnitStatus]:
        """Return the units that a run left in the middle when it ended without a word."""
        with self.database.reading() as connection:
            return abandoned(connection, self.database.now())

    def repair(self, tenant: str, records: Iterable[LoadRecord]) -> list[UnitStatus]:
        """Mend the tenant's status from the warehouse's load records; return what changed.

        What a dead run left unfinished beside a unit is marked as failed.
        """
        with self.database.writing() as connection:
            repaired = repair_tenant(connection, tenant, records, now=self.database.now())
            for unit in repaired:
                self.events.record(
                    connection,
                    "repair",
                    f"now {unit.status}: {unit.reason or 'as the warehouse says'}",
                    tenant=tenant,
                    fiscal_year=unit.fiscal_year,
                    load_id=unit.load_id,
                )
            self.side_loads.fail_abandoned(connection, tenant, reason=INTERRUPTED)
        return repaired

    def begin_anew(self, *, above: int) -> int:
        """Take a copy into use that was restored; every token is higher than ``above`` from now on.

        Nobody is at work, signed in or invited any more (`restored.begin_anew`). Returns how many
        documents for other systems are held for somebody to look.
        """
        self.database.storage.prepare()
        with self.database.writing() as connection:
            held = begin_anew(connection, self.database.now(), above=above)
            self.events.record(connection, "restore", RESTORED.format(above, held))
        return held

    def erase_tenant(self, tenant: str) -> dict[str, int]:
        """Delete everything of a tenant, and return how many rows went from which table.

        Raises:
            LeaseTaken: A run works on one of its units.
        """
        with self.database.writing() as connection:
            counts = erase_tenant(connection, tenant, now=self.database.now())
            # The event names nobody: it would be the last trace of the tenant.
            self.events.record(connection, "erase", f"a tenant was erased: {counts or 'no rows'}")
        self.database.storage.leave_no_copies()
        return counts

    def close(self) -> None:
        """Close the hub."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
