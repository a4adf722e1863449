-- name: report.account_in_use
-- grain: one row per account that is opened or booked in a fiscal year
-- reads: trial_balance
-- parameters: $fiscal_year
-- units: amounts in the year's currency, debit positive; closing = at the year's end
select distinct on (account_number)
    account_number,
    name,
    closing::decimal(18, 2) as closing
from trial_balance
where fiscal_year = $fiscal_year
order by account_number, period desc
