-- name: report.income_statement
-- grain: one row per line that is a sum or not zero, in the statement's order
-- reads: income_statement
-- parameters: $fiscal_year, $first, $last (first days of the first and the last month wanted)
-- units: amounts in the year's currency; income and profit positive, expenses and losses negative;
--        accumulated: from the start of the year
select
    line,
    name_sv,
    name_fi,
    name_en,
    sum(amount)::decimal(18, 2) as amount,
    sum(case when period = $last then accumulated else 0 end)::decimal(18, 2) as accumulated
from income_statement
where
    fiscal_year = $fiscal_year
    and period between $first and $last
group by line_order, line, name_sv, name_fi, name_en, is_sum
having is_sum or bool_or(amount <> 0 or accumulated <> 0)
order by line_order
