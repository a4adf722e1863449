"""What somebody with the rights may do to a landing behind the lake's back, in each form of it."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from blocks.lake import Lake
from blocks.lake.places.bucket.address import BucketAddress


class Hands(Protocol):
    """`lake`: whose landing it is. Addresses are the lake's: ``landing/acme/sie/...``."""

    lake: Lake

    def names(self, below: str = "") -> list[str]:
        """Return the addresses of all that was received, in order."""

    def bytes_at(self, address: str) -> bytes:
        """Return what lies there, as it lies there."""

    def overwrite(self, address: str, content: bytes) -> None:
        """Put other bytes there."""

    def remove(self, address: str) -> None:
        """Take away what lies there."""

    def age(self, address: str, seconds: float) -> None:
        """Make what lies there look as if it had come earlier."""

    def written_at(self, address: str) -> object:
        """Return what changes when it is written anew."""


@dataclass
class FolderHands:
    lake: Lake

    def names(self, below=""):
        files = (path for path in self.lake.root.glob("landing/*/*/*") if path.is_file())
        found = (path.relative_to(self.lake.root).as_posix() for path in files)
        return sorted(name for name in found if name.startswith(f"landing/{below}"))

    def bytes_at(self, address):
        return self._path(address).read_bytes()

    def overwrite(self, address, content):
        self._path(address).write_bytes(content)

    def remove(self, address):
        self._path(address).unlink()

    def age(self, address, seconds):
        then = self._path(address).stat().st_mtime - seconds
        os.utime(self._path(address), (then, then))

    def written_at(self, address):
        found = self._path(address).stat()
        return found.st_ino, found.st_size

    def _path(self, address) -> Path:
        return self.lake.place_of(address)


@dataclass
class BucketHands:
    """`client`: of the service in this process (`tests.plugins.buckets`), whose clock is ours."""

    lake: Lake
    client: object
    bucket: str
    prefix: str

    @classmethod
    def of(cls, lake, client):
        address = BucketAddress.parse(lake.landing_place.removesuffix("/landing"))
        return cls(lake, client, address.bucket, address.prefix)

    def names(self, below=""):
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}landing/{below}"
        )
        found = (item["Key"] for page in pages for item in page.get("Contents", ()))
        return sorted(key.removeprefix(self.prefix) for key in found)

    def bytes_at(self, address):
        return self.client.get_object(**self._at(address))["Body"].read()

    def overwrite(self, address, content):
        self.client.put_object(**self._at(address), Body=content)

    def remove(self, address):
        self.client.delete_object(**self._at(address))

    def age(self, address, seconds):
        kept = self._kept(address)
        kept.last_modified -= dt.timedelta(seconds=seconds)

    def written_at(self, address):
        return self._kept(address).last_modified

    def _at(self, address):
        return {"Bucket": self.bucket, "Key": f"{self.prefix}{address}"}

    def _kept(self, address):
        from moto.s3.models import s3_backends  # noqa: PLC0415 - only whoever has a bucket does

        (account,) = s3_backends
        found = s3_backends[account]["aws"].buckets[self.bucket]
        return found.keys[f"{self.prefix}{address}"]
