-- name: income_statement
-- grain: one row per tenant, fiscal year, month and line
-- reads: statement_amount
-- why: opening balances of result accounts (a few programs carry them) are no income of the year, so
--      what is accumulated is the sum of the months
-- units: amounts in the year's currency; income and profit positive, expenses and losses negative;
--        amount = of the month, accumulated = from the start of the year; period = first of the month
create or replace view income_statement as
select
    tenant,
    fiscal_year,
    period,
    line_order,
    line,
    name,
    name_sv,
    name_fi,
    name_en,
    is_sum,
    movement as amount,
    sum(movement) over (
        partition by tenant, fiscal_year, line_order
        order by period
    )::decimal(38, 2) as accumulated
from statement_amount
where statement = 'income_statement'
