"""Workbooks of each kind, made on the spot."""

from __future__ import annotations

import pytest

from tests.made_workbooks.ods import make_ods
from tests.made_workbooks.sheet import Made
from tests.made_workbooks.xls import make_xls
from tests.made_workbooks.xlsx import make_xlsx

MAKERS = {"xlsx": make_xlsx, "xls": make_xls, "ods": make_ods}


@pytest.fixture(params=MAKERS)
def make(request):
    """Make a workbook of each kind in turn; `kind` names it."""
    maker = MAKERS[request.param]

    def make_it(*sheets):
        return maker(*sheets)

    make_it.kind = request.param
    return make_it


@pytest.fixture
def makers():
    """Each maker by its kind."""
    return MAKERS


@pytest.fixture
def sheet():
    """Describe a sheet (`Made`)."""
    return Made
