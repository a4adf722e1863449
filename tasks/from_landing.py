"""What was received for a load, found in the lake again."""

from __future__ import annotations

from blocks.hub import Load
from blocks.lake import Landed
from blocks.staging import noted_evidence
from ledger.coverage import Coverage
from ledger.errors import TerminalError
from tasks.evidence import unasked
from tasks.fetch import Fetched
from tasks.ledger_files import facts_of, open_landed
from tasks.stores import Stores


def evidence_of(source: str) -> str:
    """Return the lake's source under which lies what a system was asked beside its ledger."""
    return f"{source}-evidence"


class NotReceived(TerminalError):
    """Bytes that a load was made from are not in the lake any more."""

    def __init__(self, load: Load, what: str) -> None:
        super().__init__(
            f"{load.tenant} {load.year}: {what} of load {load.load_id} is not in the lake any "
            "more, so it cannot be staged again. Load the file again, or pull the year again.",
            tenant=load.tenant,
            fiscal_year=load.year,
            load_id=load.load_id,
            what=what,
        )


def fetched_from_landing(stores: Stores, load: Load) -> Fetched:
    """Return the bytes of a load, opened, with what its source was asked beside them.

    Raises:
        NotReceived: They were pruned or erased.
        LandingUndescribed: What is noted beside them is gone or damaged.
        TerminalError: The disk gives back other bytes than were landed.
    """
    landed = _landed(stores, load, load.source, load.landed_sha256)
    if landed is None:
        raise NotReceived(load, "the file")
    # The hub of earlier releases did not know what was asked; the load's stage did.
    asked = load.asked_sha256 or noted_evidence(stores.lake, load.stage_folder)
    evidence = _landed(stores, load, evidence_of(load.source), asked)
    if evidence is None and load.evidence_sha256:
        raise NotReceived(load, "what the source was asked beside the ledger")
    file = open_landed(stores.lake, landed)
    facts = facts_of(file, landed, load.year)
    known = {
        "coverage": Coverage.parse(load.coverage),
        "evidence_sha256": asked,
        "unasked": unasked(stores.lake.read(evidence)) if evidence else "",
        "organisation_number": facts.organisation_number or load.organisation_number,
    }
    return Fetched(
        landed,
        facts.model_copy(update=known),
        file,
        evidence=evidence,
        evidence_sha256=load.evidence_sha256,
        dated=load.dated,
    )


def _landed(stores: Stores, load: Load, source: str, sha256: str) -> Landed | None:
    return stores.lake.described(load.tenant, source, sha256) if sha256 else None
