"""Folders with a small disk of their own, which tests fill; only root may mount one."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager

import pytest

may_mount = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")


@contextmanager
def small_disk(path, size="64k"):
    """Give a folder a disk of its own."""
    path.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", path], check=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", path], check=True)


def fill(folder, *, leave_bytes=0):
    """Fill what is left of a disk, to the last byte or to so many."""
    path, piece = folder / ".filler", 1 << 12
    with path.open("wb", buffering=0) as out:
        while piece:
            try:
                out.write(bytes(piece))
            except OSError:
                piece //= 2
    os.truncate(path, max(0, path.stat().st_size - leave_bytes))
    return path
