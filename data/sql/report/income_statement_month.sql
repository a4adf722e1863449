-- name: report.income_statement_month
-- grain: one row per month and line that is a sum or not zero in some month, lines in the
--        statement's order
-- reads: income_statement
-- parameters: $fiscal_year
-- units: amounts in the year's currency, of the month; income and profit positive, expenses and losses negative;
--        period = first day of the month
with

shown as (
    select line_order
    from income_statement
    where fiscal_year = $fiscal_year
    group by line_order, is_sum
    having is_sum or bool_or(amount <> 0)
)

select
    line,
    name_sv,
    name_fi,
    name_en,
    period,
    amount::decimal(18, 2) as amount
from income_statement
inner join shown using (line_order)
where fiscal_year = $fiscal_year
order by line_order, period
