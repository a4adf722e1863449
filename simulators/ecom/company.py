"""One company of Ecom: its documents by revision, what people do to them, and what the feed says.

What a person does there is a method here; each adds one event. Revisions rise with every change of
a document or of its posting, and an event names the revision that it is about.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

MAX_PAGE: Final = 500
RATE: Final = "25.5"

Clock = Callable[[], dt.datetime]


class NotThere(LookupError):
    """There is no such document, payment or file in the company."""


class NotAllowed(ValueError):
    """Ecom's own screen would not let a person do it."""


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Company:
    """A company with its business id and the key of its feed."""

    def __init__(
        self, business_id: str, key: str, *, name: str = "Esimerkki Oy", clock: Clock = _now
    ) -> None:
        self.business_id, self.key, self.name = business_id, key, name
        self.clock = clock
        self.documents: dict[str, list[dict[str, Any]]] = {}
        self.files: dict[str, bytes] = {}
        self.feed: list[dict[str, Any]] = []
        self.payments: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        self._sequences: dict[str, int] = defaultdict(int)
        self._written = 0

    # Documents.

    def account(self, number: str, name: str, *rates: str, is_active: bool = True) -> None:
        """Put an account into the chart."""
        content = {"number": number, "name": name, "vat_rates": list(rates)}
        self.feed.append({"record": "account", "content": content | {"is_active": is_active}})

    def purchase(self, id_: str, *, net: str = "1000.00", vat: str = "255.00", **more: Any) -> None:
        """Enter a supplier's invoice of one row."""
        gross = _sum(net, vat)
        whole = {
            "kind": "purchase_invoice",
            "date": "2026-05-04",
            "due_date": "2026-06-01",
            "party": {"id": "t-1", "name": "Toimittaja Esimerkki Oy", "vat_number": "FI12345671"},
            "bank_account": "FI21 1234 5600 0007 85",
            "bic": "NDEAFIHH",
            "rows": [_row("Vuokra", net, "7230") | {"product_number": "V1"}],
            "postings": [
                {"account": "7230", "amount": net, "vat_rate": RATE},
                {"account": "2939", "amount": vat, "vat_rate": RATE, "role": "vat"},
                {"account": "2871", "amount": _sum("0", gross, sign=-1), "role": "balance"},
            ],
        }
        self._enter(id_, whole | {"gross": gross} | more)

    def sale(self, id_: str, *, net: str = "1000.00", vat: str = "255.00", **more: Any) -> None:
        """Write an invoice of one row to a customer."""
        gross = _sum(net, vat)
        whole = {
            "kind": "sales_invoice",
            "date": "2026-05-04",
            "created_on": "2026-05-04",
            "due_date": "2026-06-01",
            "party": {
                "id": "a-1",
                "name": "Ostaja Esimerkki Oy",
                "address": {
                    "street": "Koekatu 1",
                    "postal_code": "00100",
                    "city": "HELSINKI",
                    "country": "FI",
                },
            },
            "rows": [_row("Tuntityö", net, "3000")],
            "postings": [
                {"account": "1701", "amount": gross, "role": "balance"},
                {"account": "3000", "amount": _sum("0", net, sign=-1), "vat_rate": RATE},
                {
                    "account": "2939",
                    "amount": _sum("0", vat, sign=-1),
                    "vat_rate": RATE,
                    "role": "vat",
                },
            ],
        }
        self._enter(id_, whole | {"gross": gross} | more)

    def attach(self, id_: str, name: str, content: bytes, *, is_image: bool = True) -> None:
        """Hang a file on a document: its image, or another."""
        digest = hashlib.sha256(content).hexdigest()
        self.files[digest] = content
        file = {"name": name, "sha256": digest, "size_bytes": len(content)}
        if is_image:
            self.change(id_, image=file)
        else:
            self.change(id_, attachments=[*self.latest(id_).get("attachments", []), file])

    def change(self, id_: str, **more: Any) -> None:
        """Change a document; a new revision comes of it."""
        self._revise(id_, more)
        self._say("changed", id_)

    def post(self, id_: str, postings: list[dict[str, Any]]) -> None:
        """Change a document's posting (*Tiliöinti*)."""
        self._revise(id_, {"postings": postings})
        self._say("posting_changed", id_)

    def approve(self, id_: str, *, step: int = 1, steps: int = 1) -> None:
        """Approve a document, as one of so many."""
        self._say("approved", id_, step=step, steps=steps)

    def reject(self, id_: str) -> None:
        """Reject a document."""
        self._say("rejected", id_)

    def resubmit(self, id_: str) -> None:
        """Put a rejected document into circulation again."""
        self._say("resubmitted", id_)

    def cancel(self, id_: str) -> None:
        """Cancel a document."""
        self._say("cancelled", id_)

    def export(self, id_: str) -> None:
        """Press *Vie Procountoriin*."""
        self._say("export_pressed", id_)

    def send(self, id_: str) -> None:
        """Send a sales invoice to its customer."""
        if self.latest(id_)["kind"] != "sales_invoice":
            raise NotAllowed(f"{id_} is no sales invoice")
        self._say("sent", id_)

    def submit(self, id_: str) -> None:
        """Submit a purchase invoice for payment (*maksatukseen*)."""
        if self.latest(id_)["kind"] != "purchase_invoice":
            raise NotAllowed(f"{id_} is no purchase invoice")
        self._say("submitted_for_payment", id_)

    def bank_error(self, id_: str, code: str = "AM04") -> None:
        """Let the bank report an error."""
        self._say("bank_error", id_, code=code)

    def note(self, id_: str, text: str) -> None:
        """Write a line into the document's own log that asks nobody for anything."""
        self._say("notice", id_, code=text)

    def pay(
        self,
        id_: str,
        payment: str,
        *,
        amount: str,
        date: str,
        origin: str = "manual",
        reference: str = "",
    ) -> None:
        """Add a payment."""
        found = {"id": payment, "amount": amount, "date": date, "origin": origin}
        found |= {"reference": reference, "currency": self.latest(id_).get("currency", "EUR")}
        self.payments[id_][payment] = found
        self._say("payment_created", id_, payment=found)

    def edit_payment(self, id_: str, payment: str, **more: str) -> None:
        """Change a payment."""
        found = {**self._payment(id_, payment), **more}
        self.payments[id_][payment] = found
        self._say("payment_changed", id_, payment=found)

    def delete_payment(self, id_: str, payment: str) -> None:
        """Delete a payment."""
        found = self._payment(id_, payment)
        del self.payments[id_][payment]
        self._say("payment_deleted", id_, payment=found)

    # The company.

    def close(self, period: str) -> None:
        """Close a period, such as 2026-05."""
        self._say("period_closed", None, period=period)

    def reopen(self, period: str) -> None:
        """Open a period again."""
        self._say("period_reopened", None, period=period)

    def attach_integration(self, name: str) -> None:
        """Attach a bookkeeping integration."""
        self._say("integration_attached", None, integration=name)

    def detach_integration(self, name: str) -> None:
        """Detach one."""
        self._say("integration_detached", None, integration=name)

    # The feed.

    def page(self, after: int, limit: int) -> tuple[list[dict[str, Any]], int, bool]:
        """Return items behind a place, the place behind them, and whether there is more."""
        items = self.feed[after : after + min(limit, MAX_PAGE)]
        end = after + len(items)
        return items, end, end < len(self.feed)

    def write_file(self, folder: Path, name: str) -> Path | None:
        """Write what is new into a file of JSON lines, and the files it names beside it.

        It is there at once and whole; None when nothing is new.
        """
        items = self.feed[self._written :]
        if not items:
            return None
        self._written = len(self.feed)
        (folder / "files").mkdir(parents=True, exist_ok=True)
        for digest, content in self.files.items():
            (folder / "files" / digest).write_bytes(content)
        path = folder / name
        part = path.with_name(f"{name}.part")
        part.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in items))
        return part.rename(path)

    def latest(self, id_: str) -> dict[str, Any]:
        """Return the latest revision of a document."""
        try:
            return self.documents[id_][-1]
        except KeyError:
            raise NotThere(id_) from None

    def _payment(self, id_: str, payment: str) -> dict[str, Any]:
        try:
            return self.payments[id_][payment]
        except KeyError:
            raise NotThere(payment) from None

    def _enter(self, id_: str, whole: dict[str, Any]) -> None:
        number = str(whole.pop("number", id_))
        first = {"id": id_, "company": self.business_id, "revision": 1, "number": number, **whole}
        self.documents[id_] = [first]
        self.feed.append({"record": "document", "content": first})
        self._say("created", id_)

    def _revise(self, id_: str, more: dict[str, Any]) -> None:
        before = self.latest(id_)
        after = {**before, **more, "revision": before["revision"] + 1}
        self.documents[id_].append(after)
        self.feed.append({"record": "document", "content": after})

    def _say(self, kind: str, id_: str | None, **more: Any) -> None:
        self._sequences[id_ or ""] += 1
        sequence, at = self._sequences[id_ or ""], self.clock()
        event: dict[str, Any] = {
            "id": f"{id_ or 'company'}.{sequence}",
            "company": self.business_id,
            "kind": kind,
            "sequence": sequence,
            "occurred_at": at.isoformat(),
            "recorded_at": at.isoformat(),
            "actor": "user-1",
        }
        if id_ is not None:
            latest = self.latest(id_)
            event |= {"document": id_, "revision": latest["revision"]}
            event["content_sha256"] = _hash(latest)
        self.feed.append({"record": "event", "content": event | more})


def _hash(document: dict[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _row(name: str, net: str, account: str) -> dict[str, Any]:
    return {
        "product_name": name,
        "product_group": "Palvelut",
        "quantity": "1",
        "price": net,
        "vat_rate": RATE,
        "account": account,
    }


def _sum(one: str, other: str, *, sign: int = 1) -> str:
    """Add two amounts as cents, and write them as an amount."""
    cents = _cents(one) + sign * _cents(other)
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def _cents(amount: str) -> int:
    whole, _, rest = amount.lstrip("-").partition(".")
    cents = int(whole) * 100 + int((rest + "00")[:2])
    return -cents if amount.startswith("-") else cents
