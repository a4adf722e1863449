"""The commands as a page of the documentation: ``python -m flows.cli.reference > docs/cli.md``.

A test compares the page with what this makes, so it says what the commands do.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import chain
from textwrap import fill
from typing import Any, Final

from flows.cli import exits
from flows.cli.lazy import LazyGroup, every_command

TITLE: Final = """# Commands

Made from the commands themselves: `python -m flows.cli.reference > docs/cli.md`.

Results go to standard output, everything else to standard error. With `--json` nothing but JSON is
on standard output, amounts as strings; a failed command's last line on standard error is then
`{"error": {"code", "values", "message"}}`: the codes stand in `data/reference/refusals.csv`.
Without a terminal, or with `NO_COLOR`, there is neither colour nor a frame, and every text is
whole. On a narrow terminal a table leaves out columns and names them below, or shows each row as a
block of lines; no figure is cut. `tasma --debug ...` shows the traceback of a failure, `tasma
--demo ...` works on what `make demo` left.
"""


def page() -> str:
    """Return the page."""
    shown = (_command(found, ("tasma", *path)) for path, found in every_command(LazyGroup()))
    return "\n".join([TITLE, *_exit_codes(), *chain.from_iterable(shown)])


def _exit_codes() -> Iterator[str]:
    yield "## Exit codes\n"
    yield "| code | meaning |"
    yield "| ---: | --- |"
    yield from (f"| {code.value} | {meaning} |" for code, meaning in exits.MEANING.items())
    yield f"\n{fill(exits.RULE, 100)}\n"


def _command(command: Any, path: tuple[str, ...]) -> Iterator[str]:
    yield f"## {' '.join(path)}\n"
    yield f"{command.help.strip()}\n"
    given = [item for item in command.params if item.name != "help"]
    if given:
        yield "| | |"
        yield "| --- | --- |"
        yield from (f"| `{_name(item)}` | {_meaning(item)} |" for item in given)
        yield ""
    yield "```"
    yield from _examples(command.epilog)
    yield "```\n"


def _examples(epilog: str) -> Iterator[str]:
    for line in epilog.splitlines():
        if line.strip().startswith("tasma "):
            yield line.strip().replace(r"\[", "[")


def _name(item: Any) -> str:
    if item.param_type_name == "argument":
        return str(item.metavar or item.name.upper()).replace("|", r"\|")
    return ", ".join([*item.opts, *item.secondary_opts])


def _meaning(item: Any) -> str:
    text = re.sub(r"\s+", " ", item.help or "").replace("|", r"\|")
    default = item.default
    has_default = isinstance(default, int | str) and default not in {"", False, True}
    return f"{text} Default: {default}." if has_default else text


if __name__ == "__main__":
    sys.stdout.write(page())
