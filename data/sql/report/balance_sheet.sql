-- name: report.balance_sheet
-- grain: one row per line that is a sum or not zero, in the statement's order
-- reads: balance_sheet
-- parameters: $fiscal_year, $first, $last (first days of the first and the last month wanted)
-- units: amounts in the year's currency; assets positive, equity and liabilities positive;
--        opening + movement = closing
select
    line,
    name_sv,
    name_fi,
    name_en,
    sum(case when period = $first then opening else 0 end)::decimal(18, 2) as opening,
    sum(movement)::decimal(18, 2) as movement,
    sum(case when period = $last then closing else 0 end)::decimal(18, 2) as closing
from balance_sheet
where
    fiscal_year = $fiscal_year
    and period between $first and $last
group by line_order, line, name_sv, name_fi, name_en, is_sum
having is_sum or bool_or(opening <> 0 or movement <> 0 or closing <> 0)
order by line_order
