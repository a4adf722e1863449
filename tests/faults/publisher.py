"""What the fault tests do with one unit: land, stage and publish it, or die on the way."""

from __future__ import annotations

import os
from pathlib import Path

from blocks.lake import Lake
from blocks.steps import KILL_AT
from blocks.warehouse import FileWarehouse, Warehouse
from blocks.warehouse.errors import StaleLease
from blocks.warehouse.postgresql.server import server_at
from blocks.warehouse.postgresql.warehouse import ServerWarehouse
from tests.staged_units import facts, joined, stage, voucher

TOO_LATE = 75
"""Exit status of a child whose lease had passed on."""


def publish_or_die(
    folder: Path, token: int, amounts: list[str], kill_at: str, url: str = ""
) -> None:
    """Be a child process that publishes, and dies by SIGKILL at the step named, if any."""
    os.environ[KILL_AT] = kill_at
    try:
        publish(folder, token, amounts, url=url)
    except StaleLease:
        raise SystemExit(TOO_LATE) from None


def warehouse_in(folder: Path, url: str) -> Warehouse:
    """Return the warehouse of a server's address; without one, that in a folder."""
    if not url:
        return FileWarehouse(folder / "warehouse")
    return ServerWarehouse(server_at(url), spill=folder / "laid-out")


def publish(folder: Path, token: int, amounts: list[str], *, url: str = "") -> None:
    """Load a unit of one voucher per amount."""
    lake, warehouse = Lake(folder / "lake"), warehouse_in(folder, url)
    landed = lake.land("acme", "sie", ",".join(amounts).encode(), file_name="bok.se")
    vouchers = [
        voucher(f"A:{number}", ("1930", amount), ("3001", f"-{amount}"))
        for number, amount in enumerate(lake.read(landed).decode().split(","))
    ]
    staged = stage(lake, joined(*vouchers), said=facts(landed_sha256=landed.sha256))
    load_id = f"{token}-{landed.sha256[:8]}"
    warehouse.publish(staged, unit=staged.facts.unit, token=token, load_id=load_id, run_id="run")
