"""Move: what was received is copied from a folder into a bucket, each file checked."""

from __future__ import annotations

from blocks.hub import Hub
from blocks.lake import Copied, Lake, copied_into_bucket
from blocks.settings import Settings


def move_lake(hub: Hub, chosen: Settings, *, url: str) -> Copied:
    """Copy the landing of the settings' folder into a bucket; what lies there already is left out.

    The folder stays as it is. Broken off, it is begun again where it was.

    Raises:
        LeaseTaken: Something is being loaded, which might land more.
        LakeBusy: Something is removed from the folder.
        LakeUnusable: The bucket cannot be used.
        LakeServiceAway: It does not answer; what was copied stays.
    """
    for lease in hub.leases.live():
        raise lease.taken
    lake = Lake(chosen.lake)
    with lake.removing("a move of the lake"):
        return copied_into_bucket(lake, url, spool=lake.temporary)
