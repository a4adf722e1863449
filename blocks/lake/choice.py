"""Which lake the settings name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from blocks.lake.copied import Copied
from blocks.lake.lake import Lake
from blocks.settings import Settings

if TYPE_CHECKING:
    from blocks.lake.places.bucket.place import BucketPlace
    from blocks.prunes import Prunes


def lake_of(
    chosen: Settings,
    *,
    is_tenant: Callable[[str], bool] = lambda _: True,
    prunes: Callable[[], Prunes] | None = None,
) -> Lake:
    """Return the lake that settings name; nothing is opened yet.

    Args:
        chosen: The settings.
        is_tenant: As `Lake` has it.
        prunes: Gives what knows of prunes of a bucket; without it none goes on, as for whoever
            only reads, or lands what is never pruned.

    Raises:
        LakeUnusable: Its address is none, or the library is not installed.
    """
    if not chosen.lake_url:
        return Lake(chosen.lake, is_tenant=is_tenant)
    spool = chosen.lake / "temporary"
    place = _bucket_place(chosen.lake_url, spool=spool, prunes=prunes() if prunes else None)
    return Lake(chosen.lake, place=place, is_tenant=is_tenant)


def copied_into_bucket(lake: Lake, url: str, *, spool: Path) -> Copied:
    """Copy what was received and lies in a folder into a bucket; raises as `copy_into`."""
    from blocks.lake.places.bucket.moving import copy_into  # noqa: PLC0415 - few have one

    return copy_into(_bucket_place(url, spool=spool), lake.landed_files())


def _bucket_place(url: str, *, spool: Path, prunes: Prunes | None = None) -> BucketPlace:
    from blocks.lake.places.bucket.address import BucketAddress  # noqa: PLC0415 - few have one
    from blocks.lake.places.bucket.connection import Bucket, require_driver  # noqa: PLC0415
    from blocks.lake.places.bucket.place import BucketPlace  # noqa: PLC0415 - as above

    address = BucketAddress.parse(url)
    require_driver()
    return BucketPlace(Bucket(address), spool=spool, prunes=prunes)
