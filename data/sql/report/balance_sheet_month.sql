-- name: report.balance_sheet_month
-- grain: one row per month and line that is a sum or not zero in some month, lines in the
--        statement's order
-- reads: balance_sheet
-- parameters: $fiscal_year
-- units: amounts in the year's currency, at the end of the month; assets positive, equity and liabilities positive;
--        period = first day of the month
with

shown as (
    select line_order
    from balance_sheet
    where fiscal_year = $fiscal_year
    group by line_order, is_sum
    having is_sum or bool_or(closing <> 0)
)

select
    line,
    name_sv,
    name_fi,
    name_en,
    period,
    closing::decimal(18, 2) as amount
from balance_sheet
inner join shown using (line_order)
where fiscal_year = $fiscal_year
order by line_order, period
