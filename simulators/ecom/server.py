"""The simulated Ecom as a server of its own, in a thread."""

from __future__ import annotations

from collections.abc import Iterable

from simulators.ecom.app import App
from simulators.ecom.company import Company
from simulators.ecom.faults import Faults
from simulators.serving import Serving


class EcomSimulator(Serving):
    """Ecom's feed over real HTTP on this machine, for invented companies.

    Use as a context manager; `url` is what a client needs beside a company's key.
    """

    app: App

    def __init__(self, companies: Iterable[Company], *, port: int = 0) -> None:
        """Prepare a simulator; port 0 takes a free one."""
        super().__init__(App({one.business_id: one for one in companies}), port=port)

    @property
    def url(self) -> str:
        """The address that paths are added to."""
        return f"{self.base}/api"

    @property
    def faults(self) -> Faults:
        """What goes wrong next."""
        return self.app.faults

    def company(self, business_id: str) -> Company:
        """Return a company, to do in it what people do."""
        return self.app.companies[business_id]
