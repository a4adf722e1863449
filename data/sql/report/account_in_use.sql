-- name: report.account_in_use
-- grain: one row per account that is opened or booked in a fiscal year
-- reads: trial_balance
-- parameters: $fiscal_year
-- units: amounts in the year's currency, debit positive; closing = at the year's end
select
    account_number,
    any_value(name) as name,
    arg_max(closing, period)::decimal(18, 2) as closing
from trial_balance
where fiscal_year = $fiscal_year
group by account_number
order by account_number
