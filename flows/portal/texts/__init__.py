"""What the pages say: a table for each language, in one file for each group of pages.

``texts/<group>.<language>.toml`` holds the sentences of a group; ``t("company.title", name=...)``
is the sentence ``title`` of the group ``company``. A test holds the three tables against each
other, and against what templates ask for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

LANGUAGES: Final = ("sv", "fi", "en")
FOLDER: Final = Path(__file__).parent


@cache
def texts_of(language: str) -> Mapping[str, str]:
    """Return every sentence of a language by ``group.key``."""
    found: dict[str, str] = {}
    for path in sorted(FOLDER.glob(f"*.{language}.toml")):
        group = path.name.partition(".")[0]
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        found |= {f"{group}.{key}": text for key, text in table.items()}
    return MappingProxyType(found)


def sentence(language: str, key: str, /, **values: object) -> str:
    """Return a sentence with its values filled in.

    Raises:
        KeyError: There is no such sentence, or a value is missing.
    """
    return texts_of(language)[key].format_map(values)


def chosen_language(accepts: str) -> str:
    """Return the first language of an Accept-Language header that the portal has, else English."""
    for part in accepts.split(",")[:20]:
        name = part.partition(";")[0].strip().lower().partition("-")[0]
        if name in LANGUAGES:
            return name
    return "en"
