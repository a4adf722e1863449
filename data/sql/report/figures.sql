-- name: report.figures
-- grain: one row per figure that a person approves a year by: its result, and its assets
-- reads: income_statement, balance_sheet, fiscal_year
-- parameters: $fiscal_year
-- units: amounts in the year's currency; profit positive, assets positive; at the year's end
with

last_month as (
    select date_trunc('month', max(end_date))::date as period
    from fiscal_year
    where fiscal_year = $fiscal_year
)

select
    line,
    accumulated as amount
from income_statement
inner join last_month using (period)
where fiscal_year = $fiscal_year and line = 'net_result'
union all
select
    line,
    closing as amount
from balance_sheet
inner join last_month using (period)
where fiscal_year = $fiscal_year and line = 'assets'
order by line
