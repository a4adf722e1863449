"""A child process that reads hostile SIE files within limits of the operating system.

``python -m tests.faults.hostile_reader floods BYTES [NAME ...]`` or ``... hurts FIRST COUNT``
prints a line of JSON for each file; what it says proves that the file was read to its end.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from ledger.schemas import CANONICAL
from ledger.sie.reader import open_sie
from tests.faults.hostile_files import FLOODS, hurt_file, sound_file

ADDRESS_SPACE_BYTES: Final = 4 << 30
"""Far more than a file of some 20 MB may take, far less than would harm the machine."""
CPU_S: Final = 600
"""After so long the kernel ends the process."""
KEPT_BYTES: Final = 1 << 20
"""Of a larger file the tables are not kept, as the pull does not."""


def read_all(content: bytes) -> tuple[dict[str, Any], dict[str, pa.Table]]:
    """Read a file to its end and look at everything; say what came out of it."""
    began = time.process_time()
    file = open_sie(content, suffix=".se")
    rows = dict.fromkeys(CANONICAL, 0)
    tables: dict[str, list[pa.RecordBatch]] = {}
    for batch in file.batches():
        for name, part in batch.items():
            part.validate(full=True)
            rows[name] += part.num_rows
            if len(content) < KEPT_BYTES:
                tables.setdefault(name, []).append(part)
    for table in file.tables.values():
        table.validate(full=True)
    log = file.diagnostics
    facts = {
        "cpu_s": round(time.process_time() - began, 3),
        "bytes": len(content),
        "postings": rows["posting"],
        "noted": log.total,
        "kept": len(log.items),
        "codes": sorted({item.code for item in log.items}),
        "peak_mib": _peak_mib(),
    }
    kept = {name: pa.Table.from_batches(parts) for name, parts in tables.items()}
    return facts, kept | file.tables


def _peak_mib() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM:"))


def hurt_files(first: int, count: int) -> Iterator[dict[str, Any]]:
    """Read files with chance hurts; `silent` says that rows changed and nothing was noted."""
    _, expected = read_all(sound_file())
    for seed in range(first, first + count):
        facts, tables = read_all(hurt_file(seed))
        silent = not facts["noted"] and tables != expected
        yield {"seed": seed, **facts, "silent": silent}


def floods(size: int, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Read files that are all of one thing."""
    for name in names:
        yield {"name": name, **read_all(FLOODS[name](size))[0]}


def main(kind: str, number: str, *words: str) -> None:
    """Do what the command line says."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    read_all(sound_file())  # what is loaded and made on first use is on nobody's account
    every = (
        floods(int(number), words or [*FLOODS])
        if kind == "floods"
        else hurt_files(int(number), int(words[0]))
    )
    for facts in every:
        print(json.dumps(facts), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main(*sys.argv[1:])
