"""A simulated Procountor in this process, and clients that have a token for it."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import httpx
import pytest

from simulators.procountor import CLIENT_ID, CLIENT_SECRET, Company, InProcess, World

NORTH, SOUTH = 1001, 1002
NOW = dt.datetime(2026, 4, 10, 7, 0, tzinfo=dt.UTC)


class Client:
    """Calls with a token that is got once, and answers read without floats."""

    def __init__(self, world, company, *, client_id=CLIENT_ID):
        self.http = httpx.Client(transport=InProcess(world), base_url="https://any.invalid/api")
        self.form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": CLIENT_SECRET,
            "api_key": f"key-{company}",
        }
        self.token = ""

    def get_token(self, **changes):
        form = {name: value for name, value in {**self.form, **changes}.items() if value}
        return self.http.post("/oauth/token", data=form)

    def call(self, method, path, json=None, **options):
        if not self.token:
            self.token = self.get_token().json()["access_token"]
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return self.http.request(method, path, json=json, headers=headers, **options)

    def get(self, path, **query):
        return self.call("GET", path, params=query)

    def read(self, path, **query):
        answer = self.get(path, **query)
        assert 200 == answer.status_code, answer.text
        return exact(answer)

    def put(self, path, body=None, **options):
        return self.call("PUT", path, body, **options)

    def post(self, path, body=None, **options):
        return self.call("POST", path, body, **options)

    def made(self, path, body):
        answer = self.post(path, body)
        assert 200 == answer.status_code, answer.text
        return exact(answer)


def exact(answer):
    """Read JSON without floats."""
    return json.loads(answer.text, parse_float=Decimal)


@pytest.fixture
def world():
    """Two environments at a fixed time, with no rate in the way."""
    world = World.of([Company(NORTH), Company(SOUTH, "Toinen Oy", "7654321-1")], clock=lambda: NOW)
    world.limiter.limit = 100_000
    yield world
    assert not world.crashes


@pytest.fixture
def company(world):
    """The first environment."""
    return world.companies[NORTH]


@pytest.fixture
def client(world):
    """A client of the first environment."""
    return Client(world, NORTH)


@pytest.fixture
def other_client(world):
    """A client of the second."""
    return Client(world, SOUTH)


@pytest.fixture
def messages():
    """Read the errors of an answer as (status, field, message)."""

    def read(answer):
        rows = answer.json()["errors"]
        return [(row["status"], row.get("field"), row["message"]) for row in rows]

    return read
