-- name: report.figures
-- grain: one row per figure that a person approves a year by: its result, and its assets
-- reads: income_statement, balance_sheet
-- parameters: $fiscal_year
-- units: amounts in the year's currency; profit positive, assets positive; at the year's end
select
    line,
    arg_max(accumulated, period) as amount
from income_statement
where fiscal_year = $fiscal_year and line = 'net_result'
group by line
union all
select
    line,
    arg_max(closing, period) as amount
from balance_sheet
where fiscal_year = $fiscal_year and line = 'assets'
group by line
order by line
