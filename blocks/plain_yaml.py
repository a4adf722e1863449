"""YAML that people write: plain values alone, from a file of bounded size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


class _PlainLoader(yaml.SafeLoader):  # type: ignore[misc]  # the library is untyped
    """Reads plain values only: an alias could make a small file as large as it likes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(
                None, None, "aliases are not read here", event.start_mark
            )
        return super().compose_node(parent, index)


def read_yaml(path: Path, *, max_bytes: int, what: str) -> tuple[Any, str]:
    """Read a file.

    Args:
        path: The file.
        max_bytes: Of a larger one nothing is read.
        what: It is expected to be, such as ``form``.

    Returns:
        What it holds, and no problem; or None, and what is wrong, by line where that is known.
    """
    try:
        if path.stat().st_size > max_bytes:
            return None, f"{path.name}: larger than {max_bytes:,} bytes, so no {what}"
        text = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        return None, f"{path.name}: cannot be read ({problem.strerror})"
    except UnicodeDecodeError:
        return None, f"{path.name}: is not in UTF-8; save it as UTF-8"
    try:
        return yaml.load(text, Loader=_PlainLoader), ""  # noqa: S506 - a safe loader, see above
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark else "somewhere"
        return None, f"{path.name}, {line}: not as the {what} was: a field is `name: value`"
