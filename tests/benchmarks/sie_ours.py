"""Reading a SIE file: ours in two depths, and the bound."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from blocks.lake import Lake
from blocks.staging import stage_unit
from ledger.schemas import CANONICAL
from ledger.sie.reader import open_sie
from tests.benchmarks.units import facts_of

Work = Callable[[], dict[str, Any]]


def decode(path: str) -> Work:
    """Read the bytes and decode them: no reader in Python can be faster."""
    file = Path(path)

    def work() -> dict[str, Any]:
        return {"characters": len(file.read_bytes().decode("cp437"))}

    return work


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


def pull(path: str) -> Work:
    """Ours: all tables, objects, diagnostics, #KSUMMA, Parquet files and the digest of the unit."""
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
            return {
                "vouchers": staged.tables["voucher"].row_count,
                "postings": staged.tables["posting"].row_count,
                "objects": staged.tables["posting_dimension"].row_count,
                "history": staged.tables["posting_correction"].row_count,
                "fast_rows": staged.facts.fast_rows,
                "exact_rows": staged.facts.exact_rows,
                "errors": staged.facts.error_count,
                "diagnostics": sie.diagnostics.total,
                "digest": staged.digest[:12],
            }

    return work
