"""The address of a lake in a bucket: ``s3://bucket/prefix``, without any secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from blocks.lake.places.bucket.errors import LakeAddressMalformed

ADDRESS: Final = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9][\w.=-]*)*)/?")
"""Bucket and prefix; what else S3 allows in keys is left out, and so is a user or a query."""


@dataclass(frozen=True)
class BucketAddress:
    """A bucket, and below which prefix the lake lies; the prefix is empty or ends with ``/``."""

    bucket: str
    prefix: str

    @classmethod
    def parse(cls, url: str) -> BucketAddress:
        """Read an address.

        Raises:
            LakeAddressMalformed: It is none; it is not repeated, since it may hold a secret.
        """
        found = ADDRESS.fullmatch(url)
        if found is None:
            raise LakeAddressMalformed
        bucket, prefix = found.groups()
        return cls(bucket, f"{prefix[1:]}/" if prefix else "")

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")
