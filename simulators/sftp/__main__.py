"""A simulated SFTP server to try pickups against: ``python -m simulators.sftp``, until Ctrl-C."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Final

from simulators.ports import asked_for
from simulators.sftp.server import SftpSimulator

LOGIN: Final = "acme"
PASSWORD: Final = "plainly-fake-password"  # noqa: S105 - of a server on one's own machine
FOLDER: Final = "out"
PORT: Final = 9_022


def main() -> None:
    """Serve the folder of one login, and say how it is reached."""
    parser = argparse.ArgumentParser(prog="python -m simulators.sftp", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help="0 for any that is free")
    parser.add_argument("--root", type=Path, default=Path("build/sftp"), help="where its files lie")
    asked = parser.parse_args()
    made = SftpSimulator(asked.root, {LOGIN: PASSWORD}, port=asked.port)
    with asked_for(asked.port), made as simulator:
        folder = simulator.folder(LOGIN) / FOLDER
        folder.mkdir(exist_ok=True)
        lines = (
            f"A block of type SFTP account: host 127.0.0.1, port {simulator.port}",
            f"Its user and password: {LOGIN}, {PASSWORD}",
            f"Its host key: {simulator.host_key}",
            f"Files put into {folder} are those of its folder /{FOLDER}",
        )
        print(*lines, sep="\n", flush=True)  # noqa: T201 - a command
        try:
            while True:
                time.sleep(60)
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
