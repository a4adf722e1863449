-- name: report.line_account
-- grain: one row per account on a line of a statement that is not zero throughout
-- reads: trial_balance_year
-- parameters: $fiscal_year, $statement, $line
-- units: amounts in the year's currency, debit positive; opening + movement = closing
select
    account_number,
    name,
    opening,
    movement,
    closing
from trial_balance_year
where
    fiscal_year = $fiscal_year
    and statement = $statement
    and line = $line
    and (opening <> 0 or movement <> 0)
order by account_number
