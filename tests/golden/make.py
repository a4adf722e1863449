"""Write a small home as the present version leaves it: ``python -m tests.golden.make FILE.tar.xz``.

Run once, before something about stores changes; what it wrote is kept as it is and upgraded by
tests/integration/test_golden_homes.py ever after. It goes through the command line alone.
"""

from __future__ import annotations

import os
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

from typer.testing import CliRunner

SIMULATED: Final = 503_072
HIDING: Final = 503_073


def make(home: Path) -> None:
    """Fill a home: published and changed, partial, held; from Fortnox with documents, and held."""
    # The settings are read from the environment, which has to name the home first.
    from flows.demo.ledgers import variables  # noqa: PLC0415
    from simulators.books.company import Company  # noqa: PLC0415
    from simulators.books.faults import Fault  # noqa: PLC0415
    from simulators.books.years import calendar_years  # noqa: PLC0415
    from simulators.fortnox import ALL_SCOPES, FortnoxSimulator, SimulatedTenant  # noqa: PLC0415

    files = home / "files"
    files.mkdir(parents=True)
    books = Company(41, calendar_years(2023, 2024), 30)
    wrong = Company(42, calendar_years(2024, 2024), 30)
    ledger = Company(43, calendar_years(2024, 2025), 30)
    hiding = Company(44, calendar_years(2025, 2025), 30)

    tasma("tenant", "add", "books", "--name", books.name, "--org-number", books.organisation_number)
    tasma("tenant", "add", "wrong", "--name", wrong.name, "--org-number", wrong.organisation_number)
    books.write_sie(files / "books-2023.se", 0)
    books.next_night(removed=[("B", 2)], changed=[("L", 2)]).write_sie(files / "books-2024-old.se")
    books.write_sie(files / "books-2024.se")
    books.write_sie(files / "books-2024-few.si", sie_type="4I")
    wrong.write_sie(files / "wrong-2024.se", faults=[Fault.UNBALANCED_VOUCHER])
    for name in ("books-2023.se", "books-2024-old.se", "books-2024.se"):
        tasma("import", files / name, "--tenant", "books")
    tasma("import", files / "books-2024-few.si", "--tenant", "books", exit_code=4)
    tasma("import", files / "wrong-2024.se", "--tenant", "wrong", exit_code=3)

    made = [SimulatedTenant(SIMULATED, ledger), SimulatedTenant(HIDING, hiding)]
    with FortnoxSimulator(made) as simulator:
        os.environ.update(variables(simulator))
        simulator.authorize(SIMULATED, scopes=ALL_SCOPES)
        simulator.authorize(HIDING)
        simulator.tenant(SIMULATED).attach(("L", 2))
        simulator.tenant(HIDING).hide_from_sie(("L", 3), in_balances=False)
        for tenant, number, years in (
            ("ledger", SIMULATED, "2024,2025"),
            ("hiding", HIDING, "2025"),
        ):
            tasma("tenant", "add", tenant, "--name", "Test AB", "--years", years)
            tasma("connect", "fortnox", tenant, "--database-number", str(number))
        tasma("ledger", "pull", "ledger")
        tasma("tenant", "approve", "ledger", "--note", "agrees with the statements")
        tasma("ledger", "pull", "hiding", exit_code=3)


def tasma(*arguments: object, exit_code: int = 0) -> None:
    """Run one command; it must end as it should."""
    from flows.cli.app import app  # noqa: PLC0415

    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if done.exit_code != exit_code:
        raise SystemExit(f"tasma {arguments} ended with {done.exit_code}:\n{done.output}")


def main(target: Path) -> None:
    """Make the home in a folder of its own and pack it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        for name in [name for name in os.environ if name.startswith("TASMA_")]:
            del os.environ[name]
        os.environ["TASMA_HOME"] = str(home)
        make(home)
        with tarfile.open(target, "w:xz") as archive:
            archive.add(home, "home")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
