"""The one place that speaks HTTP: clients whose calls are bounded, paced, retried and explained.

`http_client` builds them; a call through one either returns a good answer with its whole body or
raises `CallFailed` (try again later) or `CallRefused` (a person acts). `SlidingWindow` paces what
shares a vendor's limit, `read_json` keeps decimals exact.
"""

from blocks.http.bodies import read_json
from blocks.http.client import ONCE, PATIENT, Tally, http_client, timeout
from blocks.http.errors import CallFailed, CallProblem, CallRefused, WhoActs, with_message
from blocks.http.limiter import SlidingWindow

__all__ = [
    "ONCE",
    "PATIENT",
    "CallFailed",
    "CallProblem",
    "CallRefused",
    "SlidingWindow",
    "Tally",
    "WhoActs",
    "http_client",
    "read_json",
    "timeout",
    "with_message",
]
