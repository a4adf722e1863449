"""Calls to an S3 service, whose answers are ours: what is not there, taken, away or refused."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO, Final

from blocks.lake.places.bucket.address import BucketAddress
from blocks.lake.places.bucket.errors import (
    LakeBucketGone,
    LakeRefused,
    LakeServiceAway,
    LakeWithoutDriver,
)
from ledger.errors import TasmaError

AT_ONCE: Final = 16
"""Calls that are made at the same time: as many as a core has time for where one takes 30 ms."""

CONNECT_LIMIT_S: Final = 10
READ_LIMIT_S: Final = 60
"""How long a connection, and then each piece of an answer, may take."""

PIECE_BYTES: Final = 1 << 20
"""Bytes of an answer that are held at once."""

DEFAULT_REGION: Final = "us-east-1"
"""What services without regions are asked for."""

NOT_THERE: Final = frozenset({"NoSuchKey", "404", "NotFound"})
TAKEN: Final = frozenset({"PreconditionFailed", "412"})
PASSING: Final = frozenset(
    {
        "BadDigest",
        "ConditionalRequestConflict",
        "IncompleteBody",
        "OperationAborted",
        "RequestTimeout",
        "SlowDown",
        "XAmzContentSHA256Mismatch",
    }
)
"""Codes below 500 of what may work the next time."""

MEANINGS: Final = {
    "AccessDenied": "the key lacks the right",
    "403": "the key is unknown there, its secret is another, or it lacks the right",
    "InvalidAccessKeyId": "AWS_ACCESS_KEY_ID is not known there",
    "SignatureDoesNotMatch": "AWS_SECRET_ACCESS_KEY is not that of the key",
    "ExpiredToken": "the key was given for a while, which is over",
    "InvalidToken": "AWS_SESSION_TOKEN is not that of the key",
    "RequestTimeTooSkewed": "the clock of this machine is wrong",
    "PermanentRedirect": "the bucket is in another region than AWS_REGION says",
    "AuthorizationHeaderMalformed": "the bucket is in another region than AWS_REGION says",
    "IllegalLocationConstraintException": "the bucket is in another region than AWS_REGION says",
    "NoCredentialsError": "no key was given: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "PartialCredentialsError": "half of the key was given: set AWS_SECRET_ACCESS_KEY as well",
    "ProfileNotFound": "AWS_PROFILE names none",
    "InvalidBucketName": "TASMA_LAKE_URL names no bucket",
}
OTHERWISE: Final = "see what the service says of this code"


class NameTaken(Exception):
    """Something has the name that was to be given to something new."""


@dataclass(frozen=True)
class Thing:
    """What lies in a bucket. `sha256`: of its bytes as they lie there, if the service says it."""

    key: str
    size_bytes: int
    modified_at: float
    etag: str
    sha256: str = ""


class Bucket:
    """What lies below a prefix; nothing is asked before the first call."""

    def __init__(self, address: BucketAddress) -> None:
        self.address = address
        self._clients: dict[int, Any] = {}

    def head(self, key: str) -> Thing | None:
        """Return what has a name, None when nothing has."""
        try:
            with self._asked("to look at what lies there"):
                answer = self._client.head_object(**self._of(key), ChecksumMode="ENABLED")
        except FileNotFoundError:
            return None
        return Thing(
            key,
            answer["ContentLength"],
            answer["LastModified"].timestamp(),
            answer["ETag"],
            answer.get("ChecksumSHA256", ""),
        )

    def put(self, key: str, content: bytes | BinaryIO, *, sha256: str, is_new: bool = False) -> str:
        """Give bytes a name, whatever had it; return their ETag.

        Args:
            key: The name.
            content: All of it.
            sha256: As `sha256_of` has it; the service refuses other bytes.
            is_new: Only if nothing has the name.

        Raises:
            NameTaken: Something has it.
        """
        condition = {"IfNoneMatch": "*"} if is_new else {}
        with self._asked("to put"):
            answer = self._client.put_object(
                **self._of(key),
                Body=content,
                ChecksumSHA256=sha256,
                ChecksumAlgorithm="SHA256",
                **condition,
            )
        return str(answer["ETag"])

    @contextmanager
    def get(self, key: str) -> Iterator[tuple[int, Iterator[bytes]]]:
        """Yield the size of what has a name, and its bytes.

        Raises:
            FileNotFoundError: Nothing has.
        """
        with self._asked("to read"):
            answer = self._client.get_object(**self._of(key))
            with closing(answer["Body"]) as body:
                yield answer["ContentLength"], body.iter_chunks(PIECE_BYTES)

    def listed(self, below: str) -> Iterator[Thing]:
        """Yield all that lies below, in order of names; a thousand at a call."""
        for page in self._pages(below):
            for item in page.get("Contents", ()):
                key = item["Key"].removeprefix(self.address.prefix)
                yield Thing(key, item["Size"], item["LastModified"].timestamp(), item["ETag"])

    def folders(self, below: str) -> list[str]:
        """Return what stands between ``below`` and the next slash."""
        found = [
            prefix["Prefix"].removeprefix(self.address.prefix + below).rstrip("/")
            for page in self._pages(below, Delimiter="/")
            for prefix in page.get("CommonPrefixes", ())
        ]
        return sorted(found)

    def delete(self, key: str) -> None:
        """Take a name away; nothing happens if nothing has it."""
        with self._asked("to remove"):
            self._client.delete_object(**self._of(key))

    def answers(self) -> None:
        """Ask the least that the lake needs; raises what it would."""
        with self._asked("to list what lies there"):
            self._client.list_objects_v2(
                Bucket=self.address.bucket, Prefix=self.address.prefix, MaxKeys=1
            )

    @property
    def _client(self) -> Any:
        # By process: connections do not survive a fork, and runs are forked.
        process = os.getpid()
        if process not in self._clients:
            self._clients[process] = _client(process, tuple(sorted(_environment().items())))
        return self._clients[process]

    def _of(self, key: str) -> dict[str, str]:
        return {"Bucket": self.address.bucket, "Key": f"{self.address.prefix}{key}"}

    def _pages(self, below: str, **about: str) -> Iterator[dict[str, Any]]:
        with self._asked("to list what lies there"):
            yield from self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.address.bucket, Prefix=f"{self.address.prefix}{below}", **about
            )

    @contextmanager
    def _asked(self, doing: str) -> Iterator[None]:
        # Where it is not installed, the client says so before anything is asked.
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - few have it

        try:
            yield
        except ClientError as problem:
            raise self._answer(problem, doing) from None
        except BotoCoreError as problem:
            raise self._trouble(problem, doing) from None

    def _answer(self, problem: Any, doing: str) -> Exception:
        """Return ours of what the service answered; its text, which may hold anything, is left."""
        code = str(problem.response.get("Error", {}).get("Code", ""))
        status = int(problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if code in NOT_THERE:
            return FileNotFoundError(code)
        if code in TAKEN:
            return NameTaken(code)
        if code == "NoSuchBucket":
            return LakeBucketGone(address=str(self.address))
        is_passing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in PASSING
        if is_passing or status == HTTPStatus.TOO_MANY_REQUESTS:
            # A look at what has a name is answered without a text: the status is all there is.
            answer = code if code == str(status) else f"{status} {code}"
            return LakeServiceAway(address=str(self.address), answer=answer)
        return self._refused(code, doing)

    def _trouble(self, problem: Exception, doing: str) -> TasmaError:
        """Return ours of what became of a call without an answer."""
        from botocore import exceptions  # noqa: PLC0415 - as above

        passing = (
            exceptions.ConnectionError,
            exceptions.HTTPClientError,
            exceptions.IncompleteReadError,
            exceptions.CredentialRetrievalError,
            exceptions.MetadataRetrievalError,
        )
        name = type(problem).__name__
        if isinstance(problem, passing):
            return LakeServiceAway(address=str(self.address), answer=name)
        return self._refused(name, doing)

    def _refused(self, code: str, doing: str) -> TasmaError:
        meaning = MEANINGS.get(code, OTHERWISE)
        return LakeRefused(address=str(self.address), doing=doing, answer=code, meaning=meaning)


def sha256_of(content: bytes) -> str:
    """Return the hash of bytes as S3 writes it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def sums_of_file(path: Path) -> tuple[str, str]:
    """Return the same of a file, and the ETag that it has where a service says no checksum."""
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            sha256.update(piece)
            md5.update(piece)
    return base64.b64encode(sha256.digest()).decode(), f'"{md5.hexdigest()}"'


def require_driver() -> None:
    """Refuse where boto3 is not installed.

    Raises:
        LakeWithoutDriver: It is not.
    """
    try:
        import boto3  # noqa: F401, PLC0415 - few have it
    except ImportError:
        raise LakeWithoutDriver from None


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


@cache
def _client(_process: int, _environment: tuple[tuple[str, str], ...]) -> Any:
    """Return the process's only client of an environment, which threads may share."""
    from boto3.session import Session  # noqa: PLC0415 - few have it
    from botocore.config import Config  # noqa: PLC0415 - as above

    session = Session()
    region = os.environ.get("AWS_REGION") or session.region_name or DEFAULT_REGION
    config = Config(
        connect_timeout=CONNECT_LIMIT_S,
        read_timeout=READ_LIMIT_S,
        max_pool_connections=AT_ONCE,
        retries={"mode": "standard"},  # how often: AWS_MAX_ATTEMPTS
        # Ours are always sent; others' services do not know those that it would add by itself.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return session.client("s3", region_name=region, config=config)
