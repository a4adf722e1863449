"""The portal in Debian's Chromium: a window that notes what went wrong in it, and axe-core.

A window that is judged keeps the portal's policy (CSP) as it is. axe-core has to be put into a
page, which that policy forbids, so it has windows of its own.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
LOCALES = {"sv": "sv-SE", "fi": "fi-FI", "en": "en-GB"}
PHONE = {"width": 390, "height": 844}
LIMIT_MS = 20_000
"""A window that waits longer has failed."""

RULES = {"resultTypes": ["violations"], "preload": False}
SCHEMES = {"light": RULES, "dark": {**RULES, "runOnly": ["color-contrast"]}}
"""What axe-core looks for: another scheme changes colours alone."""


def free_port() -> int:
    """Return a port that nothing listens on: the portal has to know its address beforehand."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as playwright:
        # Everything that it opens here is ours; root, as in a container, has no sandbox.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=False)
        yield browser
        browser.close()


@contextmanager
def phone(browser: Browser, language: str, **more: Any) -> Iterator[tuple[BrowserContext, Any]]:
    """Open a phone of somebody who reads a language; yields it and what its windows complain of."""
    context = browser.new_context(locale=LOCALES[language], viewport=PHONE, **more)
    context.set_default_timeout(LIMIT_MS)
    complaints: list[str] = []
    context.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    context.on("weberror", lambda thrown: complaints.append(str(thrown.error)))
    yield context, complaints
    context.close()


def hindrances(page: Page) -> list[str]:
    """Return what axe-core finds in a page, in light and in dark."""
    page.evaluate(AXE_SCRIPT)
    found = []
    for scheme, rules in SCHEMES.items():
        page.emulate_media(color_scheme=scheme)
        found += [
            f"{page.url} ({scheme}): {one['id']} ({one['impact']}) at {node['html'][:160]}"
            for one in page.evaluate("rules => axe.run(rules)", rules)["violations"]
            for node in one["nodes"]
        ]
    return found


def overhang(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def hides_columns(page: Page) -> bool:
    """Return whether a table of a page is wider than its place: columns lie out of sight."""
    tables = page.locator(".table")
    return tables.evaluate_all("all => all.some(one => one.scrollWidth > one.clientWidth)")
