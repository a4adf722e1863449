"""A statement by month of a connection whose plain names are the published ones."""

from __future__ import annotations

COLUMNS = {
    "trial_balance": "account_number, name, opening, movement, closing",
    "income_statement": "line, name_sv, name_en, is_sum, amount, accumulated",
    "balance_sheet": "line, name_sv, name_en, is_sum, opening, movement, closing",
}
ORDER = {"trial_balance": "account_number"}


def statement(connection, name, year, *, period=None):
    """Return the months of a year, or the one that begins on `period`, in the order of reading."""
    return connection.sql(
        f"select period, {COLUMNS[name]} from {name}"  # noqa: S608 - names of ours only
        " where fiscal_year = $year and ($period::date is null or period = $period::date)"
        f" order by period, {ORDER.get(name, 'line_order')}",
        params={"year": year.key, "period": period},
    ).to_arrow_table()
