-- name: report.trial_balance
-- grain: one row per account that is not zero throughout
-- reads: trial_balance
-- parameters: $fiscal_year, $first, $last (first days of the first and the last month wanted)
-- units: amounts in the year's currency, debit positive; opening + movement = closing
select
    account_number,
    name,
    sum(case when period = $first then opening else 0 end)::decimal(18, 2) as opening,
    sum(movement)::decimal(18, 2) as movement,
    sum(case when period = $last then closing else 0 end)::decimal(18, 2) as closing
from trial_balance
where
    fiscal_year = $fiscal_year
    and period between $first and $last
group by account_number, name
having bool_or(opening <> 0 or movement <> 0 or closing <> 0)
order by account_number
