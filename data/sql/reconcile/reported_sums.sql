-- name: reported_sums
-- grain: one row when the reported closing balances and results do not sum to what the year opens with
-- reads: evidence.glance, evidence.account
-- why: balanced vouchers leave the sum of all accounts as it was, and that is 0.00 unless the opening
--      balances are not (control opening_sums_to_zero). Some sources report result accounts under
--      #UB too; each account is counted once
-- units: amounts in the unit's currency, debit positive
-- source: SIE 4B #UB, #RES; R-FIN-15 (the result in the income statement is the one in the balance sheet)
select
    case
        when closing_account_count = 0 then 'the source reports no closing balances for the year'
        when result_account_count = 0 then 'the source reports no results for the year'
    end as not_applicable,
    reported_sum = opening_sum as passes
from evidence.glance;

with

summed as (
    select
        coalesce(sum(opening), 0) as expected,
        sum(coalesce(closing, result)) as actual
    from evidence.account
)

select
    'reported_sums' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    expected,
    actual,
    actual - expected as difference,
    case when abs(actual - expected) <= 0.01 then 'rounding' else 'amount' end as kind,
    'the closing balances and results that the source reports do not sum to what the year opens with' as detail
from summed
where actual <> expected
