"""What a document of the outbox is waiting for, in words: why, and what a person does."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from blocks.client_names import base_of
from blocks.hub import Hub
from blocks.hub.outbox import Queued
from blocks.hub.outbox_waits import WARN_AFTER
from blocks.invoices.tables import push_answers
from ledger.invoice.problems import SENTENCES
from ledger.push.answers import Explained, Message
from ledger.push.items import HoldCode, Phase
from tasks.push_log import PUT_OFF

REMEDIES: Final = {
    HoldCode.SEVERAL: (
        "look at each there, delete or credit those that are too many, then resolve with the id of "
        "the one that is right"
    ),
    HoldCode.LOOKALIKE: (
        "look at it there: if it is this document, resolve with its id, else resolve as not there"
    ),
    HoldCode.NO_PROOF: (
        "look whether it took place there, then resolve with the id, or as not there to have it "
        "done again"
    ),
    HoldCode.DIFFERS: "compare it there with the invoice; correct it there, then retry the check",
    HoldCode.OVERDUE: "look at it there, then retry",
    HoldCode.CONFLICT: (
        "somebody changed it there, and it is not overwritten: look at it, then resolve with its "
        "id if it is right as it is, or as not done to have the step taken after all"
    ),
    HoldCode.LOCKED: (
        "the customer opens the period there, or the document gets a date after it and is added "
        "again; then retry"
    ),
    HoldCode.CUSTOMER: (
        "correct the customer's card there or the number in the source, then retry, or add the "
        "document again"
    ),
    HoldCode.ORIGINAL: (
        "correct what it credits and add that again, or give its number there; then retry"
    ),
    HoldCode.ABSENT: (
        "look for it there, also among those that were sent; resolve with its id, or as not there "
        "to have it made once more"
    ),
    HoldCode.UNDELIVERED: (
        "correct the address there and send it there; once the delivery error is gone, retry"
    ),
    HoldCode.FILE: "add the same document once more with its file beside it, then retry",
    HoldCode.CHANGED: (
        "`tasma push events {tenant} {document} --to {target}` names the fields that differ: "
        "correct them there by hand, or credit it and send a new document; then resolve with its "
        "id, or as not there if nothing was made, and it goes on as it was queued"
    ),
    HoldCode.GONE: "somebody deleted it there: resolve with the id of what replaced it",
}
BAD_REQUEST: Final = 400
NAMED: Final = 3
"""Documents that are named of those that one waits for; the count is of all."""


def waits(hub: Hub, queued: Queued) -> str:
    """Return what a document waits for, how each stands, and whether that is too long."""
    missing = [str(one) for one in hub.outbox.waited_for(queued) if not one.is_met]
    item = queued.item
    if not missing and (item.phase is not Phase.READY or item.answer_code not in PUT_OFF):
        return ""
    named = f"waits for {'; '.join(missing[:NAMED])}" if missing else PUT_OFF[item.answer_code]
    more = f"; and {len(missing) - NAMED:,} more" if len(missing) > NAMED else ""
    days = (hub.database.now() - queued.created_at).days
    return f"{named}{more} ({days} days)" if days >= WARN_AFTER.days else named + more


def code_in_words(code: str) -> str:
    """Return a code as people write it: ``consumer e-invoicing absent``."""
    return re.sub(r"\be ", "e-", code.replace("_", " "))


def why(queued: Queued) -> str:
    """Return why a document is held, rejected or waits; empty when nothing is wrong."""
    item = queued.item
    if item.hold:
        reason = f"{code_in_words(item.hold.code)}: {item.hold.detail}".removesuffix(": ")
    elif found := explained(queued):
        reason = f"{code_in_words(found.code)}: “{found.verbatim}”"
    else:
        reason = item.answer_code
    is_besides = item.changed and not (item.hold and item.hold.code is HoldCode.CHANGED)
    return f"{reason}; and another content came after it was sent" if is_besides else reason


def remedy(queued: Queued) -> str:
    """Return what a person does about a document; empty when nobody has to do anything."""
    item = queued.item
    if item.hold:
        return REMEDIES[item.hold.code].format(
            tenant=queued.tenant, document=queued.source_id, target=queued.target
        )
    if item.phase is not Phase.REJECTED:
        return ""
    found = explained(queued)
    # The target's own words stand in `why`.
    return (
        replace(found, verbatim="").sentence()
        if found
        else "correct it where it comes from and add it again"
    )


def _is_ours(answer_code: str) -> bool:
    """Return whether a document was rejected here, by what is known of the target."""
    return all(code in SENTENCES for code in answer_code.split(", "))


def explained(queued: Queued) -> Explained | None:
    """Return what a target's refusal means in each language, beside its own words.

    None of a document that no target refused: it is held, or was rejected here.
    """
    item = queued.item
    if item.hold or item.phase is not Phase.REJECTED or _is_ours(item.answer_code):
        return None
    step = str(item.step or "")
    message = Message(item.answer_code)
    (found,) = push_answers(base_of(queued.target)).explain(BAD_REQUEST, [message], step=step)
    return found
