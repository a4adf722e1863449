"""`tasma spotilla`: where a tenant's integration stands, and which tasks wait and why."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final

import typer

from blocks.hub.states import TransferState
from flows.cli.app import AsJson, ByExitCode, command
from flows.cli.exits import ExitCode
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json, show_table, show_with_advice
from ledger.invoice.mappings.spotilla_procountor.terms import SOURCE
from tasks.push_log import line_in_words
from tasks.push_words import remedy, why
from tasks.spotilla.registers import CUSTOMER
from tasks.spotilla.route import SpotillaRoute
from tasks.transfer_words import transfers_in_words

Task = Annotated[str, typer.Argument(metavar="TASK", help="Id of the task in Spotilla.")]
LOG_HEADS: Final = ("at (UTC)", "level", "code", "text", "what to do")


@command("spotilla", "status", examples=("tasma spotilla status acme",))
def status(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """Show how far the integration is taken into use, when it was read, and what stands where."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        route = SpotillaRoute.of(hub, tenant)
        feed = hub.feeds.cursor(tenant, SOURCE)
        tasks = Counter(word for _, word in transfers_in_words(hub, tenant, SOURCE))
        links = Counter(str(one.state) for one in hub.route_links.of(tenant, SOURCE, CUSTOMER))
        queued = hub.outbox.balance(tenant, route.target)
    if as_json:
        show_json(
            {
                "tenant": tenant,
                "stage": str(route.stage),
                "switched_on_at": route.switched_on_at,
                "has_contract": route.terms.has_contract,
                "feed": vars(feed),
                "tasks": dict(tasks),
                "customers": dict(links),
                "outbox": queued,
            }
        )
        return
    say(f"{tenant}: {route.stage.replace('_', ' ')}, to {route.target}.")
    read = f"{feed.read_at:%Y-%m-%d %H:%M} UTC" if feed.read_at else "never"
    say(f"Spotilla was last read {read}. {feed.problem}".strip())
    if not route.is_on:
        say("No cycle runs: it is not switched on.")
    say(f"Tasks: {_counted(tasks)}.", f"Customers: {_counted(links)}.")
    step = "skipped" if route.is_on else "plan"
    next_steps(f"tasma spotilla {step} {tenant}")


def _counted(counts: Counter[str]) -> str:
    named = (f"{count:,} {state.replace('_', ' ')}" for state, count in sorted(counts.items()))
    return ", ".join(named) or "none"


@command(
    "spotilla",
    "skipped",
    examples=("tasma spotilla skipped acme", "tasma spotilla skipped acme --all"),
)
def skipped(
    tenant: TenantId,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Those that are left for good as well.")
    ] = False,
    exit_code: ByExitCode = False,
    as_json: AsJson = False,
) -> None:
    """Show which tasks wait and why, and which cards a person looks at."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        is_on = SpotillaRoute.of(hub, tenant).is_on
        wanted = [TransferState.WAITS, TransferState.REFUSED]
        wanted += [TransferState.LEFT] if every else []
        tasks = hub.transfers.listed(tenant, SOURCE, states=wanted)
        held = [one for one in hub.route_links.of(tenant, SOURCE, CUSTOMER) if one.note]
    if as_json:
        show_json(
            {"tenant": tenant, "tasks": [vars(t) for t in tasks], "held": [vars(h) for h in held]}
        )
    else:
        rows = [(one.item, str(one.state), one.code, one.detail) for one in tasks]
        show_table(
            ("task", "state", "code", "why"), rows, spare=("code",), nothing="No task waits."
        )
        cards = [(one.target_id, one.note) for one in held]
        show_table(("card in Procountor", "why"), cards, nothing="No card is to be looked at.")
        next_steps(f"tasma spotilla {'run' if is_on else 'on'} {tenant}")
    if exit_code and (held or any(one.state is TransferState.REFUSED for one in tasks)):
        raise typer.Exit(ExitCode.HELD)


@command("spotilla", "log", examples=("tasma spotilla log acme 17",))
def log(tenant: TenantId, task: Task, *, as_json: AsJson = False) -> None:
    """Show everything that happened to a task, oldest first, with what to do about it."""
    subject = f"task-{task}"
    with open_hub() as hub:
        known_tenant(hub, tenant)
        route = SpotillaRoute.of(hub, tenant)
        lines = [
            (one.at, str(one.level), one.code, one.text, "")
            for one in hub.transfers.log(tenant, SOURCE, subject)
        ]
        for queued in hub.outbox.listed(tenant, route.target):
            if queued.source_id == f"{SOURCE}/{subject}":
                lines += [
                    (one.at, "info", *line_in_words(one), "") for one in hub.outbox.log(queued)
                ]
                if text := why(queued):
                    code = queued.item.answer_code or queued.item.state
                    lines.append((queued.updated_at, "error", code, text, remedy(queued)))
    lines.sort(key=lambda one: one[0])
    if as_json:
        names = ("at", "level", "code", "text", "what_to_do")
        rows = [dict(zip(names, one, strict=True)) for one in lines]
        show_json({"tenant": tenant, "task": task, "log": rows})
        return
    nothing = f"Nothing is known of task {task}."
    show_with_advice(LOG_HEADS, lines, by="code", spare=("level",), nothing=nothing)
    next_steps(f"tasma spotilla skipped {tenant}")
