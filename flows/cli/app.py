"""The command line's frame: help texts with examples, and one way to fail."""

from __future__ import annotations

import sys
from collections.abc import Callable
from os import environ
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

import typer

from flows.cli import exits
from flows.cli.failure import explain
from flows.cli.lazy import LazyGroup, register
from flows.cli.output import remark
from flows.cli.own_command import as_called
from flows.cli.switches import in_front
from ledger.errors import TasmaError
from ledger.text import visible

Function = TypeVar("Function", bound=Callable[..., None])

# Frames and colours are for terminals; a help text in a pipe or a log is plain lines.
IS_FRAMED: Final = sys.stdout.isatty() and "NO_COLOR" not in environ
MARKUP: Final[Literal["rich"] | None] = "rich" if IS_FRAMED else None

INTERRUPTED: Final = (
    "Interrupted. What was done so far is kept, and nothing is half published; run the command "
    "again to go on."
)


class Root(LazyGroup):
    """The whole command line; what the project raises on purpose ends here as a message."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the program's own switches from wherever they stand."""
        return super().parse_args(ctx, in_front(args))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a `TasmaError` and Ctrl-C become one paragraph and an exit code."""
        try:
            return super().invoke(ctx)
        except typer.TyperException as misuse:
            # Typer prints it: the one text that does not come by `flows.cli.output`.
            if isinstance(message := getattr(misuse, "message", None), str):
                # Typer passes on the message of a choice's parser with pydantic's word before it.
                text = message.removeprefix("Value error, ") or _wanted(misuse)
                misuse.message = as_called(visible(text))
            raise
        except TasmaError as problem:
            if ctx.params.get("debug"):
                raise
            raise typer.Exit(explain(problem)) from None
        except (KeyboardInterrupt, typer.Abort) as stop:
            # At a question Typer makes another error of Ctrl-C, as of the answer no.
            if isinstance(stop, typer.Abort) and not isinstance(
                stop.__context__, KeyboardInterrupt
            ):
                raise
            remark(INTERRUPTED)
            raise typer.Exit(exits.ExitCode.INTERRUPTED) from None


def _wanted(misuse: Any) -> str:
    """Return what is said of a parameter in the help, where it is missing and has no choices."""
    param, ctx = getattr(misuse, "param", None), getattr(misuse, "ctx", None)
    if param is None or param.get_missing_message(ctx=ctx):
        return ""
    return getattr(param, "help", None) or ""


def lines(*text: str) -> str:
    """Return an epilog that keeps its lines, in either kind of help text."""
    if MARKUP is None:
        return "\b\n" + "\n".join(text)
    return "\n".join(line.replace("[", r"\[") for line in text)


def _rule() -> list[str]:
    """Return what exit codes are for: as one line where a framed help breaks it itself."""
    return exits.rule() if MARKUP is None else [" ".join(exits.rule())]


def command(*path: str, examples: tuple[str, ...]) -> Callable[[Function], Function]:
    """Add a command of the table whose help ends with examples (tests run the parser over each)."""
    epilog = lines("Examples:", *(f"  {line}" for line in examples))

    def add(function: Function) -> Function:
        register(path, function, epilog=epilog, markup=MARKUP)
        return function

    return add


app: Final = typer.Typer(
    help="Täsmä moves accounting data between systems and loads nothing it has not reconciled.",
    cls=Root,
    epilog=lines("Exit codes:", *exits.table().splitlines(), *_rule()),
    no_args_is_help=True,
    rich_markup_mode=MARKUP,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

AsJson = Annotated[
    bool, typer.Option("--json", help="Print JSON alone, decimals as strings, for a script.")
]
ByExitCode = Annotated[
    bool, typer.Option("--exit-code", help="End with 3 when somebody is needed, for a script.")
]


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - Typer calls it with the switch
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - for this switch alone

        typer.echo(f"tasma {version('tasma')}")
        raise typer.Exit


def _use_demo_home(wanted: bool) -> None:  # noqa: FBT001 - as above
    """Lead to the demo's home before a command is imported: Prefect reads the environment then."""
    if wanted:
        from flows.doors.demo_home import use_demo_home  # noqa: PLC0415 - for this switch alone

        use_demo_home()


def _use_home(folder: Path | None) -> Path | None:
    """Lead to a home that was named, before a command is imported, as above."""
    if folder:
        from flows.doors.demo_home import use_home  # noqa: PLC0415 - for this switch alone

        use_home(folder)
    return folder


@app.callback()
def _root(
    *,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback when something fails.")
    ] = False,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help="Work on what `tasma demo` left, not on your own books.",
            callback=_use_demo_home,
            is_eager=True,
        ),
    ] = False,
    home: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Work on this home, whatever the environment says.",
            callback=_use_home,
            is_eager=True,
            file_okay=False,
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Results and errors alone: no progress, no advice.")
    ] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print tables as CSV.")] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    del debug, demo, home, quiet, csv, version  # read by `Root.invoke` and by the callbacks
