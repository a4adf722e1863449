"""A simulated Toy: some companies with months of vouchers, and faults that are planted."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

ACCOUNTS = [("1910", "asset"), ("2000", "equity"), ("3000", "income"), ("9100", "expense")]
"""Finnish numbers: a 9xxx account is of the income statement."""


@dataclass
class Company:
    """One company: `vouchers` by month, (id, day, rows); `versions` by part."""

    number: str
    vouchers: dict[str, list[tuple]] = field(default_factory=dict)
    versions: Counter = field(default_factory=Counter)

    def book(self, month: str, id_: str, *rows: tuple[str, str]) -> None:
        """Book a voucher on the first day of a month, such as 2025-03."""
        self.vouchers.setdefault(month, []).append((id_, f"{month}-01", rows))
        self.versions[month] += 1

    def balances(self) -> dict[str, Decimal]:
        """Say what each account closes with."""
        found: dict[str, Decimal] = {}
        for vouchers in self.vouchers.values():
            for _, _, rows in vouchers:
                for account, amount in rows:
                    found[account] = found.get(account, Decimal(0)) + Decimal(amount)
        return found

    def parts(self) -> dict[str, object]:
        """Give the parts of the one year by name."""
        head = {
            "days": ["2025-01-01", "2025-12-31"],
            "organisation_number": self.number,
            "accounts": [
                {"account_number": number, "name": kind, "account_type": kind}
                for number, kind in ACCOUNTS
            ],
            "opening": [],
        }
        months = {
            month: [{"id": id_, "day": day, "rows": rows} for id_, day, rows in vouchers]
            for month, vouchers in sorted(self.vouchers.items())
        }
        return {"0-year": head, **months}


@dataclass
class Toy:
    """What the server knows. `faults`: (name, path) to how many requests meet it."""

    companies: dict[str, Company] = field(default_factory=dict)
    faults: dict[tuple[str, str], int] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    calls: list[tuple[float, str, str]] = field(default_factory=list)
    url: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plant(self, fault: str, path: str, times: int = 1) -> None:
        """Let the next requests for a path meet a fault."""
        self.faults[fault, path] = times

    def meets(self, fault: str, path: str) -> bool:
        """Use up a fault, if it waits for this request."""
        with self._lock:
            left = self.faults.get((fault, path), 0)
            self.faults[fault, path] = max(left - 1, 0)
            return left > 0


def answer(toy: Toy, path: str, query: dict[str, str], key: str) -> tuple[int, object]:
    """Answer one request of the company that a key belongs to."""
    company = toy.companies.get(key)
    if company is None or toy.meets("token spent", path):
        return 401, {}
    if toy.meets("right missing", path):
        return 403, {}
    if path == "/parts":
        listed = [{"name": name, "version": company.versions[name]} for name in company.parts()]
        if toy.meets("books change", path):
            company.book("2025-02", "late", ("1910", "5.00"), ("3000", "-5.00"))
        return 200, listed
    other = toy.meets("wrong company", path)
    return 200, {
        "/company": lambda: {"organisation_number": "5560000001" if other else company.number},
        "/years": lambda: [{"id": 7, "days": ["2025-01-01", "2025-12-31"]}],
        "/part": lambda: company.parts()[query["name"]],
        "/balances": lambda: [[name, str(sum_)] for name, sum_ in company.balances().items()],
    }[path]()


def _handler(toy: Toy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
            key = self.headers.get("Key") or self.headers.get("Authorization", "")[7:]
            toy.calls.append((time.monotonic(), path, key))
            if toy.meets("lost answer", path):
                self.close_connection = True
                return
            if toy.meets("key revoked", path):
                toy.companies.pop(key)
            if toy.meets("rate limit", path):
                self._send(429, b"")
            elif toy.meets("server error", path):
                self._send(500, b"{}")
            elif toy.meets("server's web page", path):
                self._send(502, b"<html>")
            elif path == "/token":
                self._send(200, key.encode())
            else:
                status, body = answer(toy, path, query, key)
                content = json.dumps(body).encode()
                is_cut = toy.meets("cut body", path)
                self._send(status, content, sent=len(content) // 2 if is_cut else None)
                self.close_connection = is_cut

        def _send(self, status: int, body: bytes, *, sent: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:sent])

        def log_message(self, *_arguments: object) -> None:
            """Nothing is printed."""

    return Handler


@contextmanager
def served(toy: Toy):
    """Serve the toy on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(toy))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    toy.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield toy
    finally:
        server.shutdown()
        server.server_close()
