-- name: evidence.roll_forward
-- grain: one row per account and kind of reported balance (closing, result)
-- reads: evidence.account
-- why: a zero balance and no balance are the same statement (SIE 4B 5.17), so silence counts as 0.00
-- units: amounts in the unit's currency, debit positive; difference = actual - expected
select
    account_number,
    'closing' as balance_kind,
    coalesce(opening, 0) as opening,
    coalesce(movement, 0) as movement,
    coalesce(closing, 0) as expected,
    coalesce(opening, 0) + coalesce(movement, 0) as actual,
    coalesce(opening, 0) + coalesce(movement, 0) - coalesce(closing, 0) as difference
from evidence.account
where is_balance
union all
select
    account_number,
    'result' as balance_kind,
    0 as opening,
    coalesce(movement, 0) as movement,
    coalesce(result, 0) as expected,
    coalesce(movement, 0) as actual,
    coalesce(movement, 0) - coalesce(result, 0) as difference
from evidence.account
where is_result
