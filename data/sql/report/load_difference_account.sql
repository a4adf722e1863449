-- name: report.load_difference_account
-- grain: one row per account whose opening balance or movement differs between two loads of a year
-- reads: one.posting, other.posting, one.opening_balance, other.opening_balance
-- parameters: $limit (accounts)
-- units: the year's currency, debit positive; closing = opening balance and all rows
with

side as (
    select account_number, amount, 0 as amount_after from one.posting
    union all by name
    select account_number, amount, 0 as amount_after from one.opening_balance
    union all by name
    select account_number, 0 as amount, amount as amount_after from other.posting
    union all by name
    select account_number, 0 as amount, amount as amount_after from other.opening_balance
)

select
    account_number,
    sum(amount)::decimal(38, 2) as closing_before,
    sum(amount_after)::decimal(38, 2) as closing_after,
    (sum(amount_after) - sum(amount))::decimal(38, 2) as difference
from side
group by account_number
having sum(amount_after) <> sum(amount)
order by account_number
limit $limit
