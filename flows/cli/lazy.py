"""A group of commands that lists them all and imports only the one that is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from inspect import cleandoc
from typing import Any, Final

import typer.main
from typer.core import TyperCommand, TyperGroup

from flows.cli.commands import COMMANDS, GROUPS, CommandPath
from flows.cli.own_command import remember

_REGISTERED: Final[dict[CommandPath, typer.Typer]] = {}


def register(path: CommandPath, function: Callable[..., None], *, epilog: str, markup: Any) -> None:
    """Take a function as the command at a path."""
    alone = typer.Typer(add_completion=False, rich_markup_mode=markup)
    help_text = unwrapped(function.__doc__ or "") if markup else None
    alone.command(path[-1], help=help_text, epilog=epilog, cls=Remembering)(function)
    _REGISTERED[path] = alone


def unwrapped(text: str) -> str:
    """Return a docstring with each paragraph on one line: a framed help breaks lines itself.

    It would keep the lines of every paragraph but the first, and break them once more.
    """
    return "\n\n".join(part.replace("\n", " ") for part in cleandoc(text).split("\n\n"))


def registered() -> tuple[CommandPath, ...]:
    """Return the paths of the commands whose modules are imported, in the order they came."""
    return tuple(_REGISTERED)


class Remembering(TyperCommand):
    """A command that has its advice know what it was given."""

    def invoke(self, ctx: Any) -> Any:
        """Run it."""
        remember(ctx.params)
        return super().invoke(ctx)


class LazyGroup(TyperGroup):
    """What stands below a path in the table of commands; listed from the table alone."""

    def __init__(self, *, path: CommandPath = (), **options: Any) -> None:
        """List what the table has below the path, which is the whole command line unless given."""
        super().__init__(**options)
        self.path = path
        self.commands = {
            **{at[-1]: self._listed(at) for at in COMMANDS if at[:-1] == path},
            **{at[-1]: self._group(at) for at in GROUPS if at[:-1] == path},
        }

    def _listed(self, path: CommandPath) -> TyperCommand:
        help_text = COMMANDS[path].help
        return TyperCommand(path[-1], help=help_text, rich_markup_mode=self.rich_markup_mode)

    def _group(self, path: CommandPath) -> LazyGroup:
        return LazyGroup(
            path=path,
            name=path[-1],
            help=GROUPS[path],
            no_args_is_help=True,
            rich_markup_mode=self.rich_markup_mode,
        )

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - click's
        """List each command with all of its line: what is too long for the window goes on below."""
        rows = [(name, command.help or "") for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that is called, which imports its module."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, self.load(name) if name else None, rest

    def load(self, name: str) -> Any:
        """Return a command of the group as it runs; another group as it is listed."""
        at = (*self.path, name)
        if at in COMMANDS:
            import_module(f"flows.cli.{COMMANDS[at].module}")
            return typer.main.get_command(_REGISTERED[at])
        return self.commands[name]


def every_command(group: LazyGroup) -> Iterator[tuple[CommandPath, TyperCommand]]:
    """Yield each command below a group, imported, by its path."""
    for name in group.commands:
        found = group.load(name)
        if isinstance(found, LazyGroup):
            yield from every_command(found)
        else:
            yield (*group.path, name), found
