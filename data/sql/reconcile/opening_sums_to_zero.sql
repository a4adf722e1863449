-- name: opening_sums_to_zero
-- grain: one row when the opening balances do not sum to zero
-- reads: evidence.glance, staged.opening_balance
-- units: amounts in the unit's currency, debit positive
-- source: R-FIN-15 (assets = equity + liabilities before the first voucher)
select
    case when opened_account_count = 0 then 'the source gives no opening balances' end as not_applicable,
    opening_sum = 0 as passes
from evidence.glance;

select
    'opening_sums_to_zero' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    0 as expected,
    sum(amount) as actual,
    sum(amount) as difference,
    case when abs(sum(amount)) <= 0.01 then 'rounding' else 'amount' end as kind,
    'the opening balances of ' || count(*) || ' accounts do not sum to zero' as detail
from staged.opening_balance
having sum(amount) <> 0
