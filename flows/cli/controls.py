"""`tasma tenant controls` and `tasma tenant tighten`: how strictly a tenant's loads are judged."""

from __future__ import annotations

import getpass
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

import typer

from blocks.controls import Control, UnitContext, controls_for, own_controls
from blocks.controls.catalogue import kinds_of
from blocks.systems.registry import SYSTEMS
from flows.cli.app import AsJson, command
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json, show_table
from ledger.controls import Severity

SIE_KINDS: Final = {"SIE 4E": ("sie", "4E"), "SIE 4I": ("sie", "4I")}
"""Kinds of files whose severities are shown, by heading; those of the systems come behind."""


class Stricter(StrEnum):
    """What a control may be tightened to."""

    BLOCKS = "blocks"
    WARNS = "warns"


@command(
    "tenant",
    "controls",
    examples=("tasma tenant controls acme", "tasma tenant controls acme --json"),
)
def controls(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """List the controls and what each does to a load of the tenant when it is broken.

    The operator's own come last; their names begin with own_.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        tightened = hub.tightened.of(tenant)
    context = UnitContext(tightened=tightened, own=own_controls(tenant))
    kinds = _kinds()
    by_kind = {kind: _catalogue(*source, context) for kind, source in kinds.items()}
    names = list(by_kind["SIE 4E"])
    if as_json:
        show_json([_as_dict(name, kinds, by_kind, tightened) for name in names])
        return
    rows = [
        (
            name,
            in_words({kind: found[name].severity for kind, found in by_kind.items()}),
            "yes" if name in tightened else "",
            by_kind["SIE 4E"][name].meaning,
        )
        for name in names
    ]
    headings = ("control", "a break", "tightened", "what holds when it passes")
    show_table(headings, rows, spare=("what holds when it passes", "tightened"))
    next_steps(f"tasma tenant tighten {tenant} CONTROL")


@command(
    "tenant",
    "tighten",
    examples=(
        'tasma tenant tighten acme control_sum --reason "their program sums rightly"',
        "tasma tenant tighten acme series_gaps --to warns",
        "tasma tenant tighten acme control_sum --undo",
    ),
)
def tighten(
    tenant: TenantId,
    control: Annotated[
        str, typer.Argument(metavar="CONTROL", help="Its name, as `controls` has it.")
    ],
    *,
    to: Annotated[Stricter, typer.Option(help="What a break does from now on.")] = Stricter.BLOCKS,
    undo: Annotated[bool, typer.Option("--undo", help="As it is for every tenant again.")] = False,
    reason: Annotated[str, typer.Option(help="Why; kept with it.")] = "",
) -> None:
    """Let a control hold the tenant's loads, or warn, where it does less for others.

    It counts from the next load on, whatever its source. A control is never made laxer.
    """
    if control not in (known := _catalogue("sie", "4E", UnitContext())):
        raise typer.BadParameter(f"there is no control {control!r}. There are {', '.join(known)}.")
    who = getpass.getuser()
    with open_hub() as hub:
        known_tenant(hub, tenant)
        if undo:
            was = hub.tightened.undo(tenant, control, who=who)
        else:
            hub.tightened.tighten(tenant, control, severity=Severity(to), who=who, reason=reason)
    if undo:
        say(
            f"{tenant}: {control} {'is as for every tenant again' if was else 'was not tightened'}."
        )
        return
    say(f"{tenant}: {control} {to} from the next load on, unless it did more already.")
    next_steps(f"tasma tenant controls {tenant}")


def _kinds() -> dict[str, tuple[str, str]]:
    """Return the kinds of sources whose severities are shown, by heading."""
    named = [(found, kinds_of(found.name)) for found in SYSTEMS.values()]
    systems = {
        found.title if len(kinds) == 1 else f"{found.title} {kind}": (found.name, kind)
        for found, kinds in named
        for kind in kinds
    }
    return SIE_KINDS | systems


def in_words(severities: Mapping[str, Severity]) -> str:
    """Say what a break does: what it does for most kinds, then for which it does something else.

    Kinds of one system that agree are called by the system alone.
    """
    usual, *others = [one for one, _ in Counter(severities.values()).most_common()]
    systems: dict[str, set[Severity]] = {}
    for kind, severity in severities.items():
        systems.setdefault(_system(kind), set()).add(severity)
    named: dict[Severity, dict[str, None]] = {one: {} for one in others}
    for kind, severity in severities.items():
        if severity != usual:
            whole = len(systems[_system(kind)]) == 1
            named[severity][_system(kind) if whole else kind] = None
    return "; ".join([usual, *(f"{one}: {', '.join(kinds)}" for one, kinds in named.items())])


def _system(kind: str) -> str:
    return kind.partition(" ")[0]


def _as_dict(
    name: str,
    kinds: dict[str, tuple[str, str]],
    by_kind: dict[str, dict[str, Control]],
    tightened: dict[str, Severity],
) -> dict[str, object]:
    severities = {
        f"{source}_{kind}": by_kind[heading][name].severity
        for heading, (source, kind) in kinds.items()
    }
    return {
        "control": name,
        **severities,
        "tightened_to": tightened.get(name, ""),
        "meaning": by_kind["SIE 4E"][name].meaning,
    }


def _catalogue(source: str, kind: str, context: UnitContext) -> dict[str, Control]:
    found = controls_for(source, kind, context=context)
    return {control.name: control for control in found}
