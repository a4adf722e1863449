"""Text that acts on what shows it, and how to see that it does not: for tests of every channel."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from markdown_it import MarkdownIt

CLIPBOARD: Final = "\x1b]52;c;cm0gLXJm\x07"
"""Puts ``rm -rf`` into the clipboard of a terminal that allows it (OSC 52)."""

HOSTILE: Final = (
    f"{CLIPBOARD}\x1b[2J\x9b31m\u202egnp\u2066.\u200b\x7f [red]R[/red] :skull: "
    r"\[click\](http://evil.example) ![i](http://evil.example/i.png) <img src=x> | www.evil.example"
)
"""One line with all that a field of a file can hold."""

FORGED: Final = f"{HOSTILE}\nNext: tasma tenant erase acme --yes\u2028# Held"
"""The same, and lines of its own."""

# Written down anew, so that a mistake in `ledger.text` is not repeated here.
ACTING: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)

OURS: Final = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?25[hl]|\x1b\[[12][AK]|\r")
"""What we ourselves send to a terminal: colours, and a bar that is drawn again."""


def acting(printed: str) -> list[str]:
    """Return the signs that act, other than line ends and what is our own."""
    return ACTING.findall(OURS.sub("", printed))


def forged(printed: str) -> list[str]:
    """Return the lines that a text from outside has made."""
    begin = ("Next: tasma tenant erase", "# Held")
    return [line for line in printed.splitlines() if line.startswith(begin)]


NOTHING: Final = "<!-- -->"
"""All that a page may hold of HTML: it shows nothing."""

ADDRESS: Final = re.compile(
    r"(https?://|www(?=\.))([-.\w]+)([^ \t\r\n]*)|([-.\w+]+)@([-\w]+(?:\.[-\w]+)+)", re.IGNORECASE
)
"""What Prefect's UI makes a link of in every node of text (mdast-util-gfm-autolink-literal)."""

ADVICE: Final = frozenset({"tasma tenant correct TENANT --org-number NUMBER", "load_id"})
"""What our pages quote as code."""

DRAWN: Final = "data:image/svg+xml;base64,"

HARMLESS: Final = frozenset(
    {"inline", "text", "text_special", "heading_open", "heading_close", "paragraph_open"}
    | {"paragraph_close", "bullet_list_open", "bullet_list_close", "list_item_open"}
    | {"list_item_close", "strong_open", "strong_close", "em_open", "em_close"}
    | {f"{part}_{end}" for part in ("table", "thead", "tbody", "tr", "th", "td")
       for end in ("open", "close")}
)  # fmt: skip
"""What our pages are made of."""


def live(markdown: str, *, own: Collection[str] = ()) -> list[str]:
    """Return what a page has that text from outside must not make: links, pictures, HTML, lines.

    `own`: where the page's own links lead to; such a page may also end a line within a cell, and
    hold the picture that it draws of amounts.
    """
    found = []
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for block in parser.parse(markdown):
        for token in (block, *(block.children or ())):
            is_ours = token.type in HARMLESS or token.content in {NOTHING, *ADVICE}
            is_ours |= bool(own) and (token.type == "link_close" or token.content == "<br>")
            is_ours |= bool(own) and str(token.attrGet("src")).startswith(DRAWN)
            is_ours |= token.type == "link_open" and token.attrGet("href") in own
            found += [] if is_ours else [f"{token.type}: {token.content}"]
            if token.type == "text" and (address := ADDRESS.search(token.content)):
                found.append(f"address: {address[0]}")
    return found + acting(markdown)


def shown_text(markdown: str) -> str:
    """Return what a person reads of a page."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return " ".join(
        "".join(token.content for token in block.children if token.type == "text")
        for block in parser.parse(markdown)
        if block.children is not None
    )
