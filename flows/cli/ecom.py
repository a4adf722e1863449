"""`tasma ecom`: where a tenant's documents of Ecom stand, and what needs somebody."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final

import typer

from blocks.hub import Hub
from blocks.hub.states import LogLevel, TransferState
from blocks.hub.transfers import LogLine, Transfer
from flows.cli.app import AsJson, ByExitCode, command
from flows.cli.exits import ExitCode
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json, show_table, show_with_advice
from ledger.ecom.sentences import MEANINGS, remedy
from ledger.invoice.mappings.ecom_procountor.terms import SOURCE
from ledger.push.items import Phase
from tasks.ecom.journals import is_booked_closing
from tasks.ecom.overview import Mark, marks
from tasks.ecom.route import EcomRoute
from tasks.push_log import line_in_words
from tasks.push_words import remedy as target_remedy
from tasks.push_words import why
from tasks.routes import mode_in_words
from tasks.transfer_words import transfers_in_words

Item = Annotated[
    str, typer.Argument(metavar="DOCUMENT", help="Id of the document or payment in Ecom.")
]
STATES: Final[dict[str, str]] = {
    TransferState.WAITS: "waiting for something that comes by itself",
    TransferState.REFUSED: "refused",
    TransferState.QUEUED: "queued for Procountor",
    Phase.HELD: "held for a person",
    Phase.REJECTED: "rejected by Procountor",
    Phase.DONE: "done in Procountor",
    TransferState.LEFT: "left out",
}
"""In words."""
LOG_HEADS: Final = ("at (UTC)", "level", "item", "code", "text", "what to do")


@command("ecom", "status", examples=("tasma ecom status acme",))
def status(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """Show a tenant's mode, its feed, and how many of its documents stand where."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        route = EcomRoute.of(hub, tenant)
        feed = hub.feeds.cursor(tenant, SOURCE)
        transfers = _documents(hub, tenant)
        modes = hub.routes.modes(route.route)
        queued = hub.outbox.balance(tenant, route.route.target)
        needs = Counter(str(one.colour) for one in marks(route))
    counts = Counter(word for _, word in transfers)
    if as_json:
        show_json(
            {
                "tenant": tenant,
                "mode": str(route.mode),
                "modes": [vars(one) for one in modes],
                "activated_by": route.route.activated_by,
                "feed": vars(feed),
                "transfers": dict(counts),
                "outbox": queued,
                "needs": dict(needs),
            }
        )
        return
    say(f"{tenant}, to {route.route.target}: {mode_in_words(route.mode)}.")
    read = f"{feed.read_at:%Y-%m-%d %H:%M} UTC" if feed.read_at else "never"
    say(f"The feed was last read {read}. {feed.problem}".strip())
    say(f"Documents: {', '.join(f'{counts[state]:,} {words}' for state, words in STATES.items())}.")
    say(f"Marked: {needs['red']:,} red (failed), {needs['yellow']:,} yellow (not gone yet).")
    next_steps(f"tasma ecom list {tenant}" if needs else f"tasma ecom run {tenant}")


def _documents(hub: Hub, tenant: str) -> list[tuple[Transfer, str]]:
    """Return what goes or went, each with where it stands; a closing is no document once booked."""
    found = transfers_in_words(hub, tenant, SOURCE)
    return [(one, word) for one, word in found if not is_booked_closing(one)]


@command("ecom", "list", examples=("tasma ecom list acme", "tasma ecom list acme --all"))
def listing(
    tenant: TenantId,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="All documents, and not only what needs action.")
    ] = False,
    finnish: Annotated[bool, typer.Option("--fi", help="Remedies in Finnish.")] = False,
    exit_code: ByExitCode = False,
    as_json: AsJson = False,
) -> None:
    """Show what needs somebody: red failed, yellow has not gone; none in closed periods."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        route = EcomRoute.of(hub, tenant)
        found = marks(route, language="fi" if finnish else "en")
        transfers = _documents(hub, tenant) if every else []
    if as_json:
        rows = [{**vars(one), "state": word} for one, word in transfers]
        show_json({"tenant": tenant, "needs": [vars(one) for one in found], "all": rows})
    else:
        if every:
            heads = ("document", "kind", "state", "booked by", "why")
            lines = [(t.item, t.kind, word, t.booked_by, t.code) for t, word in transfers]
            show_table(heads, lines, spare=("booked by",), nothing="No document goes yet.")
        heads_of_marks = ("needs action", "mark", "why", "what to do")
        rows_of = [(m.item, str(m.colour), m.text, m.remedy or "-") for m in found]
        show_table(heads_of_marks, rows_of, nothing="Nothing needs action.")
        next_steps(*_next(tenant, found))
    if exit_code and any(one.colour == "red" for one in found):
        raise typer.Exit(ExitCode.HELD)


def _next(tenant: str, found: list[Mark]) -> list[str]:
    red = [one for one in found if one.colour == "red"]
    if red:
        return [
            f"tasma ecom log {tenant} {red[0].subject}",
            f"tasma ecom retry {tenant} {red[0].item} --who NAME",
        ]
    return [f"tasma ecom status {tenant}"]


def _advice(line: LogLine) -> str:
    """Return what a person does about a line; what only tells asks for nothing."""
    tells = line.level is LogLevel.INFO and line.code not in MEANINGS
    return "" if tells else remedy(line.code)


@command("ecom", "log", examples=("tasma ecom log acme p-1",))
def log(tenant: TenantId, document: Item, *, as_json: AsJson = False) -> None:
    """Show everything that happened to a document, oldest first, with what to do about it."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        route = EcomRoute.of(hub, tenant)
        lines = [
            (one.at, str(one.level), one.item, one.code, one.text, _advice(one))
            for one in hub.transfers.log(tenant, SOURCE, document)
        ]
        items = {one.item for one in hub.transfers.listed(tenant, SOURCE, subject=document)}
        for queued in hub.outbox.listed(tenant, route.route.target):
            item = queued.source_id.removeprefix(f"{SOURCE}/")
            if item in items:
                text, advice = why(queued), target_remedy(queued)
                lines += [
                    (one.at, "info", item, *line_in_words(one), "")
                    for one in hub.outbox.log(queued)
                ]
                if text:
                    code = queued.item.answer_code or queued.item.state
                    lines.append((queued.updated_at, "error", item, code, text, advice))
    lines.sort(key=lambda one: one[0])
    if as_json:
        names = ("at", "level", "item", "code", "text", "what_to_do")
        rows = [dict(zip(names, one, strict=True)) for one in lines]
        show_json({"tenant": tenant, "document": document, "log": rows})
        return
    show_with_advice(
        LOG_HEADS,
        lines,
        by="code",
        spare=("item", "level"),
        nothing=f"Nothing is known of {document}.",
    )
    next_steps(f"tasma ecom list {tenant}")
