"""A test that is skipped because a part of the machine is absent fails where all parts are.

``.ci/run`` installs them and sets ``TASMA_CI``. Such a skip begins with `ABSENT`; what belongs to
others, such as sample files, may be away anywhere.
"""

from __future__ import annotations

import os

import pytest

ABSENT = "absent: "


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple) and os.environ.get("TASMA_CI"):
        *_, reason = report.longrepr
        if ABSENT in reason:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: {reason}. Here every part has to be installed."
    return report
