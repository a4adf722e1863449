"""The account table of a tenant's route: out as CSV, in again, checked and suggested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from blocks.hub.route_accounts import RouteAccount
from blocks.systems.registry import environment_of
from ledger.errors import TerminalError
from ledger.invoice.mappings.ecom_procountor.accounts import (
    AccountRow,
    Finding,
    VatStatus,
    check_table,
    read_csv,
    row_of,
    table_of,
    write_csv,
)
from ledger.invoice.mappings.ecom_procountor.suggestions import Suggestion, offered, suggest
from ledger.invoice.mappings.ecom_procountor.terms import SOURCE
from tasks.ecom.route import EcomRoute


class AccountTableRefused(TerminalError):
    """A file of the account table cannot be taken."""

    sentence = "{file_name} was not taken: {reason}. Nothing was changed."


@dataclass(frozen=True)
class There:
    """What Procountor has. None where it was not asked."""

    chart: Mapping[str, str] | None = None
    statuses: Sequence[VatStatus] | None = None


NOT_ASKED: Final = There()


async def ask_there(route: EcomRoute) -> There:
    """Ask the route's target for its chart and its VAT statuses.

    Raises:
        NotConnected, CallRefused, CallFailed: As for any call.
    """
    found = await environment_of(route.hub, route.tenant, route.route.target)
    return There(found.chart, tuple(VatStatus(**vars(one)) for one in found.vat_codes))


def export_csv(route: EcomRoute) -> str:
    """Return the table as CSV."""
    return write_csv(route.table.values())


def import_csv(
    route: EcomRoute,
    text: str,
    *,
    file_name: str,
    who: str,
    environment: There = NOT_ASKED,
) -> list[Finding]:
    """Replace the table by a file's, and return what is to be looked at in it.

    Raises:
        AccountTableRefused: A line is no row, comes twice, or names an account that Ecom has not.
    """
    try:
        rows, findings = read_csv(text)
    except ValueError as problem:
        raise AccountTableRefused(file_name=file_name, reason=str(problem)) from None
    findings += _unknown(route, rows)
    if findings:
        named = "; ".join(map(str, findings[:10]))
        more = f"; and {len(findings) - 10} more" if len(findings) > 10 else ""
        raise AccountTableRefused(file_name=file_name, reason=f"{named}{more}")
    save(route, rows, who=who)
    return check(route, rows, environment)


def put(route: EcomRoute, lines: Iterable[Sequence[str]], *, who: str) -> list[Finding]:
    """Add rows, or replace those of the same account and rate; return what is wrong with them.

    Args:
        route: Whose table.
        lines: Of each row the cells, as the CSV has them. Nothing is changed when one is wrong.
        who: Decides it.
    """
    found = [row_of(cells) for cells in lines]
    rows = [one for one in found if isinstance(one, AccountRow)]
    findings = [one for one in found if isinstance(one, Finding)] + _unknown(route, rows)
    if not findings:
        kept = _to_keep(table_of(rows).values())
        route.hub.route_accounts.put(route.tenant, SOURCE, kept, who=who)
    return findings


def _unknown(route: EcomRoute, rows: Iterable[AccountRow]) -> list[Finding]:
    unknown = [one for one in rows if one.account not in route.chart] if route.chart else []
    return [Finding(one.account, one.vat_rate, "Ecom has no such account") for one in unknown]


def save(route: EcomRoute, rows: Iterable[AccountRow], *, who: str) -> None:
    """Replace the table."""
    route.hub.route_accounts.set(route.tenant, SOURCE, _to_keep(rows), who=who)


def _to_keep(rows: Iterable[AccountRow]) -> list[RouteAccount]:
    return [RouteAccount(**vars(row) | {"vat_rate": row.key[1]}) for row in rows]


def check(
    route: EcomRoute, rows: Iterable[AccountRow], environment: There = NOT_ASKED
) -> list[Finding]:
    """Return what is wrong with rows, against Ecom's chart and what Procountor has."""
    return check_table(
        rows,
        chart=route.chart,
        target_chart=environment.chart,
        statuses=environment.statuses,
    )


def suggested(route: EcomRoute, environment: There) -> list[Suggestion]:
    """Return rows for what the table lacks, from equal numbers and names."""
    return list(
        suggest(
            route.chart.values(),
            table=route.table,
            target_chart=environment.chart or {},
            domestic=route.terms.domestic_status,
            without_vat=route.terms.no_vat_status,
        )
    )


def statuses(environment: There) -> list[VatStatus]:
    """Return the environment's VAT statuses, those that most need first."""
    return offered(environment.statuses or ())
