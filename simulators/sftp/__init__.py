"""An SFTP server of one's own: real SSH on a free port of this machine, and faults on request."""

from simulators.sftp.faults import Faults
from simulators.sftp.server import SftpSimulator

__all__ = ["Faults", "SftpSimulator"]
