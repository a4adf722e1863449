"""Reading a SIE file: ours in three depths, and the bound."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from blocks.digest import TableDigest, unit_digest
from blocks.duck import open_duckdb
from blocks.lake import Lake
from blocks.staging import stage_unit
from blocks.staging.digest import StagingDigest
from blocks.staging.stage import unit_pieces
from ledger.schemas import CANONICAL
from ledger.sie.reader import SieFile, open_sie
from tests.benchmarks.units import facts_of

Work = Callable[[], dict[str, Any]]

HEAD_BYTES: Final = 400_000
VOUCHER_END: Final = b"}\r\n"


def decode(path: str) -> Work:
    """Read the bytes and decode them: no reader in Python can be faster."""
    file = Path(path)

    def work() -> dict[str, Any]:
        return {"characters": len(file.read_bytes().decode("cp437"))}

    return work


def warmed(prepare: Callable[[str], Work]) -> Callable[[str], Work]:
    """Read the head of the file first, untimed, so that no clock pays for what is made once."""

    def prepared(path: str) -> Work:
        content = Path(path).read_bytes()[:HEAD_BYTES]
        with tempfile.TemporaryDirectory() as folder:
            head = Path(folder) / "head.se"
            head.write_bytes(content[: content.rindex(VOUCHER_END) + len(VOUCHER_END)])
            prepare(str(head))()
        return prepare(path)

    return prepared


@warmed
def postings(path: str) -> Work:
    """Ours: every voucher, every posting, the balance of each voucher; all kept in memory."""
    file = Path(path)

    def work() -> dict[str, Any]:
        parts = list(open_sie(file.read_bytes()).batches())
        vouchers, booked = (
            pa.Table.from_batches([part[name] for part in parts], schema=CANONICAL[name])
            for name in ("voucher", "posting")
        )
        # A batch holds whole vouchers, unless one is longer than a block; `balances` would tell.
        sums = np.concatenate([_balances(part["posting"]) for part in parts])
        return {
            "vouchers": vouchers.num_rows,
            "postings": booked.num_rows,
            "balances": len(sums),
            "unbalanced": int(np.count_nonzero(sums)),
            "total": str(pc.sum(booked["amount"]).as_py()),
        }

    return work


def _balances(booked: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """Add up the rows of each voucher, which lie together, in hundredths; shape (vouchers,)."""
    ends = pc.run_end_encode(booked["voucher_key"]).run_ends.to_numpy()
    amounts = np.frombuffer(booked["amount"].buffers()[1], np.int64)[::2]
    return np.add.reduceat(amounts[: len(booked)], np.append(0, ends[:-1]))


@warmed
def everything(path: str) -> Work:
    """Ours: all tables, objects, diagnostics, #KSUMMA and the digest of the unit."""
    file, folder = Path(path), tempfile.TemporaryDirectory()

    def work() -> dict[str, Any]:
        with folder, open_duckdb(spill=Path(folder.name), rows=0) as db:
            sie = open_sie(file.read_bytes(), suffix=".se")
            digest = StagingDigest(db)
            facts = facts_of(sie, b"", tenant="bench")
            for name, batch in unit_pieces(facts, sie.tables, sie.batches()):
                digest.add(name, batch)
            tables = digest.total().tables
            return _told(sie, tables) | {"digest": unit_digest(tables)[:12]}

    return work


@warmed
def pull(path: str) -> Work:
    """Ours: the same, written to Parquet files, synced and named."""
    file, folder = Path(path), tempfile.TemporaryDirectory()
    # A pull is told the hash by the landing, which addresses the file by it.
    landed = {"landed_sha256": hashlib.sha256(file.read_bytes()).hexdigest()}

    def work() -> dict[str, Any]:
        with folder:
            sie = open_sie(file.read_bytes(), suffix=".se")
            staged = stage_unit(
                Lake(Path(folder.name)),
                facts_of(sie, b"", tenant="bench").model_copy(update=landed),
                tables=sie.tables,
                batches=sie.batches(),
                diagnostics=sie.diagnostics,
                path_counts=sie.path_counts,
            )
            return _told(sie, staged.tables) | {
                "fast_rows": staged.facts.fast_rows,
                "exact_rows": staged.facts.exact_rows,
                "digest": staged.digest[:12],
            }

    return work


def _told(sie: SieFile, tables: Mapping[str, TableDigest]) -> dict[str, Any]:
    return {
        "vouchers": tables["voucher"].row_count,
        "postings": tables["posting"].row_count,
        "objects": tables["posting_dimension"].row_count,
        "history": tables["posting_correction"].row_count,
        "errors": sie.diagnostics.errors,
        "diagnostics": sie.diagnostics.total,
    }
