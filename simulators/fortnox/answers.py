"""What the simulator answers: bodies, exact JSON numbers, and Fortnox's errors.

Source: Fortnox developer pages "Responses" and "Errors" (status table, codes, Swedish messages);
that a missing scope or licence is a 400 is reported by integrations in production.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

JSON_TYPE: Final = "application/json"
HTML_TYPE: Final = "text/html; charset=utf-8"

MESSAGES: Final = {
    1000003: "System exception",
    1000030: "Invalid response type",
    2000108: "Värdet måste vara numeriskt",
    2000310: "Ogiltig inloggning",
    2000311: "Kan inte logga in, access-token eller client-secret saknas",
    2000423: "Kan inte hitta kontot",
    2000588: "Ogiltig parameter i anropet",
    2000663: "Har inte behörighet för scope",
    2000729: "A valid identifier was not provided",
    2001101: "Det finns ingen aktiv licens för önskat scope",
    2001103: "Api-licens saknas",
    2002363: "Fråndatumet ligger utanför aktuellt räkenskapsår",
}
"""The codes that the simulator uses. Fortnox words them for humans, in Swedish."""


@dataclass(frozen=True)
class Answer:
    """One whole answer. `headers` come besides the content's type, its length and the date."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: tuple[tuple[str, str], ...] = ()


class Refusal(Exception):
    """What was asked is refused with a status and one of `MESSAGES`."""

    def __init__(self, status: int, code: int) -> None:
        """Keep both; the case of the envelope's keys is chosen when it is written."""
        self.status = status
        self.code = code
        super().__init__(f"{status} {code} {MESSAGES[code]}")


class Bare(Exception):
    """What was asked is answered outside Fortnox's envelope."""

    def __init__(self, answer: Answer) -> None:
        """Keep the answer."""
        self.answer = answer
        super().__init__(str(answer.status))


class Raw(str):
    """JSON text that was written before."""

    __slots__ = ()


def _marked(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{_MARK}{value:f}"
    raise TypeError(f"{type(value).__name__} has no place in an answer.")


_MARK: Final = "\0"
_MARKED: Final = re.compile(r'"\\u0000([-0-9.]+)"')
_encode: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_marked
).encode


def json_text(value: Any) -> str:
    """Write JSON; a Decimal becomes the number with exactly its digits, by way of no float."""
    text = _encode(value)
    return _MARKED.sub(r"\1", text) if "\\u0000" in text else text


def number(hundredths: int) -> Decimal:
    """Give hundredths as Fortnox prints numbers: 0, 1250.0, 1000.5, 12.34."""
    if not hundredths:
        return Decimal(0)
    exact = Decimal(int(hundredths)).scaleb(-2)
    return exact if hundredths % 10 else exact.quantize(Decimal("0.1"))


def json_answer(value: Any, *, status: int = 200) -> Answer:
    """Answer with JSON in UTF-8."""
    return Answer(status, json_text(value).encode())


def envelope(refusal: Refusal, *, upper: bool) -> Answer:
    """Answer with Fortnox's error envelope, whose keys occur in both cases."""
    keys = ("Error", "Message", "Code") if upper else ("error", "message", "code")
    values = (1, MESSAGES[refusal.code], refusal.code)
    information = dict(zip(keys, values, strict=True))
    return json_answer({"ErrorInformation": information}, status=refusal.status)


def gateway(status: int, *, body: str = "json", retry_after_s: int | None = None) -> Answer:
    """Answer as something in front of Fortnox does: a short JSON, a page of HTML or nothing."""
    headers = (("Retry-After", str(retry_after_s)),) if retry_after_s is not None else ()
    if body == "html":
        page = f"<html><body><h1>{status}</h1><p>nginx</p></body></html>"
        return Answer(status, page.encode(), HTML_TYPE, headers)
    text = json_text({"message": "Try again later"}) if body == "json" else ""
    return Answer(status, text.encode(), JSON_TYPE, headers)
