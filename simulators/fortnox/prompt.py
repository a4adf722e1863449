"""A server that ends when it is asked to: uvicorn looks every tenth of a second whether it should.

Tests start and stop hundreds of simulators.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Final

import uvicorn

TICK_S: Final = 0.1
"""Between two looks whether a signal has ended the server."""
LOOK_S: Final = 0.002
"""Between two looks whether the connections have closed."""


class PromptServer(uvicorn.Server):
    """Serves as uvicorn does, and ends at once."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; from then on `stop` may be called."""
        self._loop, self._asked = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)

    def stop(self) -> None:
        """Ask the server, from any thread, to end."""
        self.should_exit = True
        with suppress(RuntimeError):  # the loop has ended by itself
            self._loop.call_soon_threadsafe(self._asked.set)

    async def main_loop(self) -> None:
        """Serve until the server is asked to end."""
        tick = 0
        while not await self.on_tick(tick):
            tick += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), TICK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, and let answers under way be finished within the limit."""
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in tuple(self.server_state.connections):
            connection.shutdown()
        limit_s = self._loop.time() + (self.config.timeout_graceful_shutdown or 0)
        while self._is_busy() and self._loop.time() < limit_s:  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(LOOK_S)
        for task in self.server_state.tasks:
            task.cancel()

    def _is_busy(self) -> bool:
        return bool(self.server_state.connections or self.server_state.tasks)
