"""The version that a change must name: the latest, in whichever form it was given out.

Source:
    Procountor API 26.04; release notes 24.02.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from simulators.procountor.answers import INVALID, refuse
from simulators.procountor.ask import Ask
from simulators.procountor.company import Body, Record
from simulators.procountor.world import World


def check_version(ask: Ask, record: Record, given: Any) -> None:
    """Refuse a change of something that has changed since.

    Raises:
        Refused: No version was given, or not the latest (400).
    """
    if not isinstance(given, str) or not given:
        raise refuse(400, "Value of the 'version' cannot be blank.", "version")
    try:
        at = dt.datetime.fromisoformat(given).replace(tzinfo=None)
    except ValueError:
        raise refuse(400, INVALID.format("version"), "version") from None
    if at != dt.datetime.fromisoformat(ask.world.stamp(record.version)).replace(tzinfo=None):
        raise refuse(400, "The version of the object is not the latest", "version")


def with_status(world: World, body: Body) -> Body:
    """Return a body whose VAT status has the form that is in use."""
    if world.habits.status_as_text and body.get("vatStatus") is not None:
        return {**body, "vatStatus": str(body["vatStatus"])}
    return body
