-- name: balance_sheet
-- grain: one row per tenant, fiscal year, month and line
-- reads: statement_amount
-- why: the result that is not yet booked to equity is a line of its own, so that assets equal equity
--      and liabilities in every month; accounts that the chart has no line for stay in sight below
-- units: amounts in the year's currency; assets positive, equity and liabilities positive;
--        opening + movement = closing; period = first day of the month
create or replace view balance_sheet as
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
    opening,
    movement,
    closing
from statement_amount
where statement = 'balance_sheet'
