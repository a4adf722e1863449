"""What the hub's rules do not allow, a class for each rule."""

from __future__ import annotations

from blocks.hub.errors import Refused


class UnknownAcceptance(Refused):
    """An acceptance was to be withdrawn that there is not, or that has ended."""

    sentence = "No valid acceptance has the number {acceptance_id}."


class AcceptanceIncomplete(Refused):
    """An acceptance lacks a reason or a person."""

    sentence = (
        "An acceptance is a person's decision: give a reason, and who decides. Both are kept."
    )


class AcceptanceEnded(Refused):
    """An acceptance would have ended before it began."""

    is_misuse = True
    sentence = "An acceptance that ends at {expires_at} would never be valid: give a later day."


class OtherCompany(Refused):
    """A load of another company was to be accepted."""

    sentence = (
        "Load {load_id} is of another company than {tenant}: books of others are never accepted. "
        "Reject it (`tasma ledger reject {tenant} YEAR --reason WHY`, or the deployment "
        "reject-hold) and load the right file; if the tenant's organisation number is what is "
        "wrong, correct that (`tasma tenant correct {tenant} --org-number NUMBER`) and load the "
        "file again."
    )


class NothingBlocks(Refused):
    """A load has no break that blocks, so nothing of it can be accepted."""

    sentence = (
        "Load {load_id} has no break that blocks{where}: there is nothing to accept. Publish it, "
        "or look at the unit's latest load."
    )


class BreaksUnseen(Refused):
    """More breaks were found than were kept, so nobody has seen them all."""

    sentence = (
        "{control} found {break_count} breaks, of which {known} are known here. What nobody has "
        "seen cannot be accepted: correct the source, or raise the control's tolerance."
    )


class UnknownBreak(Refused):
    """A break was to be accepted that the load does not have."""

    sentence = (
        "The load has no blocking break {fingerprints}. It may have changed since it was shown: "
        "look at the load again."
    )


class RejectionIncomplete(Refused):
    """A rejection lacks a reason or a person."""

    sentence = "A rejection is a person's decision: give a reason, and who decides. Both are kept."


class NotHeld(Refused):
    """A load was to be rejected that is no open hold."""

    sentence = (
        "Load {load_id} of {tenant} {fiscal_year} is {status} and not an open hold: it was "
        "published, replaced or rejected. `tasma ledger breaks {tenant}` shows what is held now."
    )


class LeaseLife(Refused):
    """A lease was to last longer or shorter than leases do."""

    sentence = "A lease lasts {least_s:g} to {most_s:g} s, not {ttl_s:g} s."


class LeaseUnnamed(Refused):
    """A lease lacks a holder or a resource."""

    sentence = "A lease needs a holder and a resource of 1 to {limit_chars} characters."


class UnknownLoad(Refused):
    """A load was named that the hub does not know."""

    sentence = "The hub knows no load {load_id!r}. Its id stands in the unit's status."


class LoadIdTaken(Refused):
    """A load has the id of another unit's."""

    sentence = (
        "Load {load_id} is one of {tenant_there} {fiscal_year_there}, not of {tenant} "
        "{fiscal_year}. Give each load an id of its own."
    )


class NotATenantId(Refused):
    """A text was to name a tenant and cannot."""

    sentence = (
        "{text!r} cannot name a tenant: expected 1 to 63 lower-case letters (a-z), digits and "
        "dashes, not starting with a dash, for instance acme-2."
    )


class TenantFieldUnfit(Refused):
    """A field of a tenant has a value that it cannot have."""

    sentence = "Tenant {tenant}: expected {expected}, got {came!r}."


class TenantExists(Refused):
    """A tenant was to be added whose id is in use."""

    sentence = (
        "Tenant {tenant} exists already. Choose another id; `tasma tenant correct {tenant}` "
        "corrects its name or number."
    )


class TenantFieldFixed(Refused):
    """A field of a tenant was to be changed that does not change."""

    sentence = "Tenant {tenant}: cannot change {fields}."


class StatusImpossible(Refused):
    """A unit was to have a status that cannot follow its present one."""

    sentence = (
        "{tenant} {fiscal_year} is {is_now} and cannot become {wanted}: a load is reconciled "
        "before it is published, and read before it is held. Start the load again from the "
        "beginning."
    )


class DayOutsideYear(Refused):
    """A fiscal year was to be locked up to a day that lies outside it."""

    sentence = "{tenant}: {day} lies outside {year}. Give a day of that year."


class UnknownYear(Refused):
    """A fiscal year was named that the tenant has not."""

    sentence = "{tenant} has no active fiscal year {year}; it has: {known}."
