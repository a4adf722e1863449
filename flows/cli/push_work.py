"""`tasma push`: what speaks to a target, or changes where a document stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.files import there
from flows.cli.opening import TenantId, open_hub
from flows.cli.output import next_steps, remark, say, show_json, show_table
from flows.cli.push import Kind, SourceId, To, as_dict, known_target
from flows.cli.pushing import added, deviating, pushed
from flows.cli.switches import is_given
from flows.doors import demo_home
from ledger.push.items import Phase
from ledger.push.kinds import PushKind
from ledger.text import number_of
from tasks import push_people as people
from tasks.pages.deviations import (
    DAY_HEADS,
    DELIVERY_HEADS,
    day_line,
    delivery_line,
    summary,
)
from tasks.pages.push import in_words
from tasks.push import PAUSED, UNSEEN
from tasks.push_add import Added

NAMED: Final = 10
"""Documents that a sentence names."""

REMARKS_SHOWN: Final = 20
"""Remarks on documents that go which are printed."""


@command(
    "push",
    "add",
    examples=(
        "tasma push add acme invoices.jsonl --to fennoa",
        "tasma push add acme invoices.csv --to fennoa --process approve",
    ),
)
def add(
    tenant: TenantId,
    file: Annotated[Path, typer.Argument(help="Invoices: .json, .jsonl, .csv or .parquet.")],
    *,
    to: To,
    process: Annotated[
        str,
        typer.Option(
            metavar="PROCESS",
            help="draft, approve or approve_and_send; as agreed with the tenant unless given.",
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Judge the invoices of a file and queue those that can be sent; nothing is sent yet.

    The same invoice twice is one. Ends with 1 when some were refused; the others are queued.
    """
    there(file)
    with open_hub() as hub:
        known_target(hub, tenant, to)
        found = added(hub, tenant, to, file, process=process)
    if as_json:
        show_json({"tenant": tenant, "system": to, **vars(found)})
    else:
        say(str(found))
        if found.sent_before:
            say(f"{found.sent_before:,} of the refused were sent before: nothing is sent twice.")
        say(*found.reasons, *_remarks(found.remarks))
        next_steps(_after_adding(tenant, to, found))
    if found.refused:
        raise typer.Exit(ExitCode.FAILED)


def _after_adding(tenant: str, to: str, found: Added) -> str:
    """Return what to do next; nothing is to be sent of a file of which all was refused."""
    if found.refused < found.received - found.repeated:
        return f"tasma push run {tenant} --to {to}"
    if found.sent_before == found.refused:
        return f"tasma push status {tenant} --to {to}"
    return f"correct the file, then: tasma push add {tenant} FILE --to {to}"


def _remarks(remarks: Sequence[str]) -> Iterator[str]:
    """Yield the first remarks on documents that go, and how many there are besides."""
    yield from (f"Remark: {sentence}" for sentence in remarks[:REMARKS_SHOWN])
    if len(remarks) > REMARKS_SHOWN:
        yield f"And {number_of(len(remarks) - REMARKS_SHOWN, 'remark')} more: --json has them."


@command("push", "run", examples=("tasma push run acme --to fennoa",))
def run(tenant: TenantId, *, to: To, as_json: AsJson = False) -> None:
    """Send what waits, here and now; the sweep does the same every 30 minutes.

    Ends after ten minutes or 500 documents, with 3 when one is held or rejected, and with 75 when
    what is there could not be looked at.
    """
    with open_hub() as hub:
        known_target(hub, tenant, to)
        pusher = pushed(hub, tenant, to)
    needs = pusher.ends["held"] + pusher.ends["rejected"]
    is_unseen = pusher.problem.startswith(UNSEEN)
    if as_json:
        ends = dict(pusher.ends)
        show_json({"tenant": tenant, "system": to, "ends": ends, "problem": pusher.problem})
    else:
        say(in_words(pusher.ends, problem=pusher.problem))
        if len(pusher.kinds) > 1:
            say(f"Of them {_counted(pusher.kinds)}.")
        if pusher.problem:
            remark(f"{pusher.problem[:1].upper()}{pusher.problem[1:]}.")
        if is_unseen and is_given("--demo"):
            remark(demo_home.ENDED)
        else:
            resume = f"or, once that is over: tasma push resume {tenant} --to {to}"
            next_steps(
                *([f"tasma connect check {tenant}   (what is in the way)"] if is_unseen else ()),
                f"tasma push status {tenant} --to {to}",
                *((resume,) if pusher.problem.startswith(PAUSED) else ()),
            )
    if pusher.problem:
        raise typer.Exit(ExitCode.BUSY if is_unseen else ExitCode.FAILED)
    if needs:
        raise typer.Exit(ExitCode.HELD)


def _counted(kinds: Mapping[PushKind, int]) -> str:
    words = {PushKind.PARTNER: "customer's or supplier's card"}
    return ", ".join(
        number_of(count, words.get(kind, kind.replace("_", " ")))
        for kind, count in sorted(kinds.items())
    )


@command(
    "push",
    "retry",
    examples=(
        "tasma push retry acme webshop/1001 webshop/1002 --to fennoa",
        "tasma push retry acme --all --to fennoa",
    ),
)
def retry(
    tenant: TenantId,
    documents: Annotated[
        list[str] | None, typer.Argument(metavar="DOCUMENT", help="Such as webshop/1001.")
    ] = None,
    *,
    to: To,
    kind: Kind = None,
    every: Annotated[bool, typer.Option("--all", help="All that are held or rejected.")] = False,
    as_json: AsJson = False,
) -> None:
    """Have documents tried once more where that can make nothing twice.

    What was lost without proof is not tried again by this: see `tasma push resolve`.
    """
    if bool(documents) == every:
        raise typer.BadParameter("name documents, or give --all.")

    with open_hub() as hub:
        known_target(hub, tenant, to)
        chosen = people.waiting_of(hub, tenant, to) if every else []
        chosen += [hub.outbox.find(tenant, to, name, kind) for name in documents or []]
        done = [one.source_id for one in chosen if one.item.phase is Phase.DONE]
        left = [one for one in chosen if one.item.phase is not Phase.DONE]
        ready, others = people.retry(hub, left)
    if as_json:
        answer = {"tenant": tenant, "system": to, "retried": ready, "not_retried": others}
        show_json({**answer, "done_already": done})
        return
    say(f"Queued again: {len(ready):,}.")
    if done:
        say(f"Done already: {len(done):,} ({', '.join(done[:NAMED])}).")
    if others:
        more = " ..." if others[NAMED:] else ""
        named = ", ".join(others[:NAMED])
        say(f"Not tried, since they could be made twice: {len(others):,} ({named}{more}).")
    resolve = [f"tasma push resolve {tenant} {others[0]} --to {to} --id ID"] if others else []
    look = [] if ready or others else [f"tasma push status {tenant} --to {to}"]
    next_steps(*([f"tasma push run {tenant} --to {to}"] if ready else look), *resolve)


@command(
    "push",
    "resolve",
    examples=(
        "tasma push resolve acme webshop/1001 --to fennoa --id 4711",
        "tasma push resolve acme webshop/1001 --to fennoa --not-there",
    ),
)
def resolve(
    tenant: TenantId,
    document: SourceId,
    *,
    to: To,
    kind: Kind = None,
    there: Annotated[
        str, typer.Option("--id", metavar="ID", help="It took place: the document's id there.")
    ] = "",
    not_there: Annotated[
        bool, typer.Option("--not-there", help="It did not take place; it is done once more.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what became of a call whose answer was lost, after looking there.

    Saying that it is not there has it done once more: look first.
    """
    if bool(there) == not_there:
        raise typer.BadParameter("give --id ID or --not-there.")

    with open_hub() as hub:
        known_target(hub, tenant, to)
        found = hub.outbox.find(tenant, to, document, kind)
        after = people.resolve(hub, found, target_id=there)
    if as_json:
        show_json(as_dict(after))
        return
    say(f"{document} is {after.item.state.replace('_', ' ')} now.")
    next_steps(f"tasma push run {tenant} --to {to}")


@command("push", "deviations", examples=("tasma push deviations acme --to fennoa",))
def show_deviations(tenant: TenantId, *, to: To, as_json: AsJson = False) -> None:
    """Hold what is there now against what was sent, and add up what was delivered.

    The newest 1,000 are read there. Ends with 3 when one differs, or when received is not done,
    held, rejected and queued together, by count and by sums; else with 1 when some could not be
    read.
    """
    with open_hub() as hub:
        known_target(hub, tenant, to)
        found = deviating(hub, tenant, to)
    if as_json:
        facts = {"tenant": tenant, "system": to, "adds_up": found.adds_up}
        show_json({**facts, **vars(found)})
    else:
        say(summary(found))
        if found.found:
            rows = [(one.document, one.target_id, one.what) for one in found.found]
            show_table(("document", "id there", "what"), rows)
        if found.by_day:
            show_table(DAY_HEADS, list(map(day_line, found.by_day)), spare=("net", "VAT"))
        if found.deliveries:
            show_table(DELIVERY_HEADS, list(map(delivery_line, found.deliveries)))
        check = f"tasma connect check {tenant}   (why it could not be read)"
        next_steps(*([check] if found.unread else ()), f"tasma push status {tenant} --to {to}")
    if found.found or not found.adds_up:
        raise typer.Exit(ExitCode.HELD)
    if found.unread:
        raise typer.Exit(ExitCode.FAILED)
