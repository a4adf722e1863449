"""What codes of Ecom's route mean, what is done about each, and what colour it has in a list.

Source:
    The article's chapter 8 and table (R-ECO-55 to -62); the others follow from its rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.text import visible


class Colour(StrEnum):
    """How a document is marked in the list (R-ECO-P1)."""

    RED = "red"
    """It failed: a person acts."""
    YELLOW = "yellow"
    """It has not gone yet: it waits for the button, or for something that comes by itself."""
    NONE = "none"


@dataclass(frozen=True)
class Meaning:
    """A code in words. `remedy`, `remedy_fi`: what a person does; empty when nothing is to do."""

    text: str
    remedy: str = ""
    remedy_fi: str = ""
    colour: Colour = Colour.NONE


RED, YELLOW = Colour.RED, Colour.YELLOW

_ACCOUNTS: Final = (
    "Settings > Procountor: join all accounts of this invoice and correct their VAT status "
    "(`tasma ecom accounts export TENANT`), then have it tried again."
)
IN_ACCOUNT_TABLE: Final = (
    "In the account table: join all accounts of this invoice and correct their VAT status; saving "
    "has it tried again."
)
"""What somebody at a page of ours does about accounts, who sees no menu of the article."""

_ACCOUNTS_FI: Final = (
    "Siirry Asetukset > Procountor ja varmista, että kaikki kyseisen laskun tilit on kohdistettu "
    "ja alv-status on oikein."
)

MEANINGS: Final[dict[str, Meaning]] = {
    "account_not_joined": Meaning(
        "Accounts of a row are not joined to an account of Procountor, or their VAT status is "
        "wrong in the external chart: {accounts}",
        _ACCOUNTS,
        _ACCOUNTS_FI,
        RED,
    ),
    "account_switched_off": Meaning(
        "Accounts that are switched off for {side} in the account table: {accounts}",
        _ACCOUNTS,
        _ACCOUNTS_FI,
        RED,
    ),
    "vat_status_rate": Meaning(
        "A VAT status other than domestic goes with 0 % alone in Procountor: {accounts}",
        _ACCOUNTS,
        _ACCOUNTS_FI,
        RED,
    ),
    "rows_absent": Meaning(
        "The invoice has no rows",
        "Add the rows in Ecom, and send it again.",
        "Laskulla ei ole rivejä.",
        RED,
    ),
    "row_name_absent": Meaning(
        "A row has no product name, and Procountor takes none without: rows {rows}",
        "Write the product's name on the row in Ecom, and send it again.",
        "Lisää riville tuotenimi Ecomissa ja siirrä lasku uudelleen.",
        RED,
    ),
    "unposted": Meaning(
        "The invoice has no posting",
        "Make the posting in Ecom (Tiliöinti), then press Vie Procountoriin again.",
        "Tarkista/tee tiliöinti Ecomissa ja paina Vie Procountoriin uudelleen.",
        RED,
    ),
    "unbalanced": Meaning(
        "The posting does not balance: debits less credits are {difference}",
        "Correct the posting in Ecom (Tiliöinti), then press Vie Procountoriin again.",
        "Korjaa tiliöinti Ecomissa ja paina Vie Procountoriin uudelleen.",
        RED,
    ),
    "posting_differs": Meaning(
        "The posting of {rate} % makes {posted} with VAT, and the invoice's rows {invoiced}",
        "Correct posting or rows in Ecom, then send it again.",
        "Korjaa tiliöinti tai laskurivit Ecomissa ja siirrä lasku uudelleen.",
        RED,
    ),
    "bic_differs": Meaning(
        "The bank account of the settings has the BIC {ours}, and in Procountor it has {theirs}",
        "Correct the setting bank_account, or the account in Procountor, then retry.",
        "Korjaa asetus bank_account tai pankkitili Procountorissa ja siirrä lasku uudelleen.",
        RED,
    ),
    "gross_differs": Meaning(
        "The rows make {invoiced}, and the invoice says {stated}",
        "Correct the rows in Ecom, then send it again.",
        "Korjaa laskurivit Ecomissa ja siirrä lasku uudelleen.",
        RED,
    ),
    "rounding_large": Meaning(
        "Posting and rows differ by {amount} in all, and a rounding is at most {limit}",
        "Correct posting or rows in Ecom, then send it again.",
        "Korjaa tiliöinti tai laskurivit Ecomissa ja siirrä lasku uudelleen.",
        RED,
    ),
    "payment_account_absent": Meaning(
        "Payments of a closed period need an account of Procountor, and none is set",
        "Set it in the settings (`tasma route set TENANT ecom vouchers payment_account=1910 --who "
        "NAME`), then have it tried again.",
        "Aseta maksutili asetuksiin ja siirrä uudelleen.",
        RED,
    ),
    "rounding_account_absent": Meaning(
        "Posting and rows differ by a rounding of {amount}, and no account for it is set",
        "Set the account in the settings (`tasma route set TENANT ecom vouchers "
        "rounding_account=8570 --who NAME`), then have it tried again.",
        "Aseta pyöristystili asetuksiin ja siirrä lasku uudelleen.",
        RED,
    ),
    "target_refuses": Meaning(
        "Procountor would not take it: {why}",
        "Correct it in Ecom, then have it tried again.",
        "Korjaa tiedot Ecomissa ja siirrä uudelleen.",
        RED,
    ),
    "unapproved": Meaning(
        "Vie Procountoriin was pressed on an invoice that is not approved",
        "Approve it in Ecom, then press Vie Procountoriin again.",
        "Hyväksy ostolasku Ecomissa ja paina Vie Procountoriin uudelleen.",
        RED,
    ),
    "purchase_posting_absent": Meaning(
        "It is not chosen where purchase invoices are posted",
        "Choose it (`tasma ecom mode TENANT voucher --purchases ecom --who NAME`, or "
        "`procountor`), then have it tried again.",
        "Valitse integraatioasetuksista, tiliöidäänkö ostolaskut Ecomissa vai Procountorissa.",
        RED,
    ),
    "period_closed": Meaning(
        "The period of the invoice was closed in Ecom before it was triggered",
        "What a closed period holds is in the books already. Reopen the period in Ecom if this "
        "invoice is not, and have it tried again.",
        "Laskun kausi on päätetty Ecomissa. Avaa kausi, jos laskua ei ole kirjanpidossa, ja siirrä "
        "se uudelleen.",
        RED,
    ),
    "other_integration": Meaning(
        "Another bookkeeping integration was attached in Ecom when this was triggered",
        "It may have booked the invoice. Detach it in Ecom; if the invoice is in no books, have it "
        "tried again.",
        "Toinen kirjanpitointegraatio oli kytkettynä. Irrota se Ecomissa ja siirrä lasku "
        "uudelleen, jos sitä ei ole kirjanpidossa.",
        RED,
    ),
    "retried": Meaning(
        "It was tried once more, and is not decided yet",
        "Nothing: the next run decides it. Now: `tasma ecom run TENANT`.",
        "Ei mitään: seuraava ajo ratkaisee sen. Heti: `tasma ecom run TENANT`.",
        YELLOW,
    ),
    "document_awaited": Meaning("The document itself has not come yet", colour=YELLOW),
    "document_differs": Meaning(
        "The document is not the one that the event names by its hash",
        "Ecom sends the revision again; report it there if it stays so.",
        colour=RED,
    ),
    "event_awaited": Meaning(
        "Event {sequence} of the document has not come, and later ones have", colour=YELLOW
    ),
    "sequence_conflict": Meaning(
        "Two different events have the number {sequence}",
        "Report it to Ecom: which of the two holds cannot be known here.",
        colour=RED,
    ),
    "due_awaited": Meaning("It counts as paid three days after its due date"),
    "document_not_sent": Meaning("It waits for its invoice", colour=YELLOW),
    "not_exported": Meaning(
        "The invoice is approved and was not sent: Vie Procountoriin has not been pressed",
        "Check the posting in Ecom and press Vie Procountoriin.",
        "Tarkista tiliöinti ja paina Vie Procountoriin.",
        YELLOW,
    ),
    "memo_level": Meaning("It was triggered at memo level: closing its period books it"),
    "journal": Meaning("It is in the journal of its period"),
    "left_by_person": Meaning("A person left it out when the mode was switched"),
    "cancelled": Meaning("It was cancelled in Ecom before it was sent"),
    "payment_deleted": Meaning("The payment was deleted in Ecom before it was sent"),
    "payment_of_credit": Meaning(
        "A payment of a credit note, or of no amount, cannot be marked in Procountor",
        "Allocate it in Procountor by hand.",
        "Kohdista suoritus Procountorissa käsin.",
        RED,
    ),
    "payment_currency": Meaning(
        "The payment is in another currency than its invoice",
        "Mark it in Procountor by hand.",
        "Merkitse suoritus Procountorissa käsin.",
        RED,
    ),
    "bank_error": Meaning(
        "The bank reported an error: it is not marked as paid by itself",
        "Pay it, and add the payment in Ecom by hand.",
        "Maksa lasku ja lisää suoritus Ecomissa käsin.",
        RED,
    ),
    "bank_error_in_time": Meaning("The bank reported an error ({bank_code}) on {day}"),
    "bank_error_late": Meaning(
        "The bank reported an error ({bank_code}) on {day}, after the invoice counted as paid",
        "The mark in Procountor stays: correct it there by hand.",
        "Suoritusmerkintä jää Procountoriin: korjaa se siellä käsin.",
        RED,
    ),
    "changed_after_transfer": Meaning(
        "It was changed in Ecom (revision {revision}) after it had been sent; the change was not "
        "sent",
        "Make the same change in Procountor.",
        "Tee sama muutos Procountorissa.",
        YELLOW,
    ),
    "rejected_after_transfer": Meaning(
        "It was rejected in Ecom after it had been sent; nothing was recalled",
        "Deal with it in Procountor.",
        "Käsittele lasku Procountorissa.",
        RED,
    ),
    "cancelled_after_transfer": Meaning(
        "It was cancelled in Ecom after it had been sent; nothing was recalled",
        "Invalidate or credit it in Procountor.",
        "Mitätöi tai hyvitä lasku Procountorissa.",
        RED,
    ),
    "payment_changed_after": Meaning(
        "The payment was changed after transfer, not re-sent",
        "Correct it in Procountor by hand.",
        "Korjaa suoritus Procountorissa käsin.",
        YELLOW,
    ),
    "payment_deleted_after": Meaning(
        "The payment was deleted after transfer, and stays in Procountor",
        "Correct it in Procountor by hand.",
        "Korjaa suoritus Procountorissa käsin.",
        YELLOW,
    ),
    "reference_payment": Meaning(
        "A payment by bank reference is not sent: Procountor reads it from its own bank connection"
    ),
    "bank_payment": Meaning("A payment that the bank reported is not sent by itself"),
    "event_unknown": Meaning("An event of a kind that is not known here was kept: {kind}"),
    "event_missing": Meaning(
        "Event {sequence} has not come: what came after it does not count yet", colour=YELLOW
    ),
    "event_twice": Meaning(
        "Two different events have the number {sequence}: what came after it does not count",
        "Report it to Ecom.",
        colour=RED,
    ),
    "image_too_large": Meaning(
        "The image has {size_bytes} bytes and Procountor takes {limit}: the invoice goes without",
        "Attach a smaller image in Procountor by hand.",
        "Lisää pienempi kuva Procountorissa käsin.",
        YELLOW,
    ),
    "image_unreadable": Meaning(
        "The image could not be fetched ({reason}): the invoice goes without",
        "Attach the image in Procountor by hand.",
        "Lisää kuva Procountorissa käsin.",
        YELLOW,
    ),
    "transliterated": Meaning(
        "Signs that Procountor cannot store were written otherwise: {fields}"
    ),
    "reference_left_out": Meaning(
        "The payment reference is not valid, so the invoice went without it",
        "Correct the reference in Ecom for the next invoice.",
        "Tarkista viitenumero Ecomissa.",
        YELLOW,
    ),
    "vat_number_left_out": Meaning("The supplier's VAT number has no valid form; it went as it is"),
    "notice": Meaning("Ecom notes: {text}"),
    "payee_not_in_register": Meaning(
        "Saajaa ei löydy toimittajarekisteristä: no effect on Procountor"
    ),
}
"""By code; a code that is not here is a target's own and is shown verbatim."""

NO_REMEDY: Final = "no known remedy"


def sentence(code: str, values: dict[str, object] | tuple[tuple[str, object], ...] = ()) -> str:
    """Return a code in words, with its values."""
    meaning = MEANINGS.get(code)
    return visible(meaning.text.format_map(dict(values)) if meaning else code)


def remedy(code: str, *, language: str = "en") -> str:
    """Return what a person does about a code; `NO_REMEDY` of one that nobody here knows."""
    meaning = MEANINGS.get(code)
    if meaning is None:
        return NO_REMEDY
    return (meaning.remedy_fi if language == "fi" else "") or meaning.remedy


def colour(code: str) -> Colour:
    """Return how a code marks its document; what is not known is red."""
    meaning = MEANINGS.get(code)
    return meaning.colour if meaning else Colour.RED
