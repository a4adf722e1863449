"""A service that is told by webhook, to try notifications: ``python -m simulators.webhook``."""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self

from simulators.ports import asked_for

PORT: Final = 9_060

MAX_BYTES: Final = 64 * 1024
"""Longest body that is read."""


class Webhook:
    """Takes every POST of JSON on 127.0.0.1 and keeps what it says, the oldest first.

    `hear`: is handed each body too.
    """

    def __init__(self, *, port: int = 0, hear: Callable[[Any], None] | None = None) -> None:
        self.received: list[Any] = []
        self._hear = hear
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _take(self, body: bytes) -> None:
        self.received.append(json.loads(body))
        if self._hear:
            self._hear(self.received[-1])

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = min(int(self.headers.get("Content-Length", 0)), MAX_BYTES)
                try:
                    take(self.rfile.read(size))
                except ValueError:
                    self.send_error(400, "no JSON")
                else:
                    self.send_response(204)
                    self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                """Print nothing: what was said is what counts."""

        return Answering


def main() -> None:
    """Print what is told, until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m simulators.webhook", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help="0 for any that is free")

    def show(body: Any) -> None:
        print(json.dumps(body, ensure_ascii=False), flush=True)  # noqa: T201 - a command

    port = parser.parse_args().port
    with asked_for(port), Webhook(port=port, hear=show) as service:
        print(f"URL of the webhook: {service.url}", flush=True)  # noqa: T201 - a command
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
