"""An S3 service in the tests' own process, and a bucket in it for each test that asks.

It takes any secret; `tests/contract/test_s3_service.py` asks a service that does not.
"""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass

import pytest

from tests.plugins.absent_parts import ABSENT

NUMBERS = itertools.count()
SECRET = "not-to-be-seen-secret"  # noqa: S105 - of a service that takes any
KEYS = {
    "AWS_ACCESS_KEY_ID": "tests-own-key",
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_REGION": "eu-north-1",
    "AWS_MAX_ATTEMPTS": "1",  # the client's own waits would be the tests'
}


@dataclass(frozen=True)
class S3Service:
    """A service at an address, which the environment names; `client`: the test's own."""

    address: str
    client: object

    def bucket(self) -> str:
        """Make a bucket; return the address of a lake in it."""
        name = f"lake-{os.getpid()}-{next(NUMBERS)}"
        self.client.create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": KEYS["AWS_REGION"]}
        )
        return f"s3://{name}/books"


@pytest.fixture(scope="session")
def moto_server():
    server = pytest.importorskip("moto.server", reason=f"{ABSENT}moto (pip install 'moto[s3]')")
    threaded = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    threaded.start()
    host, port = threaded.get_host_and_port()
    yield f"http://{host}:{port}"
    threaded.stop()


@pytest.fixture
def s3(moto_server, monkeypatch):
    """The environment names the service, and nobody else's."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in (KEYS | {"AWS_ENDPOINT_URL": moto_server}).items():
        monkeypatch.setenv(name, value)
    # Neither the machine's own files nor its cloud are asked.
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    import boto3  # noqa: PLC0415 - only who asks for a service needs it

    return S3Service(moto_server, boto3.client("s3", region_name=KEYS["AWS_REGION"]))
