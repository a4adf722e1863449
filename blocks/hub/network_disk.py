"""Tell a network disk from a local one: SQLite's WAL needs memory shared on one machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/mounts")

NETWORK_FILE_SYSTEMS: Final = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "davfs", "gfs2", "glusterfs", "gpfs", "lustre",
        "ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs", "fuse.davfs2", "fuse.glusterfs",
        "fuse.rclone", "fuse.s3fs", "fuse.sshfs",
    }
)  # fmt: skip
"""Types, as the kernel names them, whose files another machine may hold open."""


def network_file_system(path: Path, *, mounts: Path = MOUNTS) -> str | None:
    """Return the type of the network disk that `path` lies on, or None.

    None also where the system does not list its mounts (anything but Linux): then nobody can
    tell, and the documentation has said so.
    """
    if not mounts.exists():
        return None
    kind = _kind_of_mount(path.absolute().resolve(), mounts.read_text(errors="surrogateescape"))
    return kind if kind in NETWORK_FILE_SYSTEMS else None


def _kind_of_mount(path: Path, listing: str) -> str:
    """Find the deepest mount above `path`; of two on one point the later hides the earlier."""
    depth, found = -1, ""
    for line in listing.splitlines():
        _device, point, kind, *_rest = line.split(" ")
        mount = Path(_unescape(point))
        if path.is_relative_to(mount) and len(mount.parts) >= depth:
            depth, found = len(mount.parts), kind
    return found


def _unescape(point: str) -> str:
    r"""Read the kernel's octal escapes (``\040`` is a space)."""
    raw = point.encode(errors="surrogateescape").decode("unicode_escape")
    return os.fsdecode(raw.encode("latin-1"))
