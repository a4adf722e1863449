-- name: statement_line
-- grain: one row per line of a statement (income_statement, balance_sheet)
-- reads: data/reference/statement_line.csv
-- why: a line either holds accounts (ranges of the first four digits, joined by a blank; * = every
--      account that no other line holds) or adds up other lines (a range of line_order)
-- units: presented_sign turns debit positive into the way the line is read
create or replace table statement_line as
select
    chart,
    statement,
    line_order::integer as line_order,
    line,
    name_sv,
    name_en,
    presented_sign::integer as presented_sign,
    coalesce(accounts, '') as accounts,
    coalesce(adds, '') as adds,
    source,
    source_date
from read_csv(getvariable('reference') || '/statement_line.csv', header = true, all_varchar = true)
