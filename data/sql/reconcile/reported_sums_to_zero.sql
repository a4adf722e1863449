-- name: reported_sums_to_zero
-- grain: one row when the reported closing balances and results do not sum to zero
-- reads: evidence.account
-- why: some sources report result accounts under #UB too; each account is counted once
-- units: amounts in the unit's currency, debit positive
-- source: SIE 4B #UB, #RES; R-FIN-15 (the result in the income statement is the one in the balance sheet)
select
    case
        when count(closing) = 0 then 'the source reports no closing balances for the year'
        when count(result) = 0 then 'the source reports no results for the year'
    end as not_applicable
from evidence.account;

select
    'reported_sums_to_zero' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    0 as expected,
    sum(coalesce(closing, result)) as actual,
    sum(coalesce(closing, result)) as difference,
    case when abs(sum(coalesce(closing, result))) <= 0.01 then 'rounding' else 'amount' end as kind,
    'the balances and results that the source reports do not sum to zero' as detail
from evidence.account
having sum(coalesce(closing, result)) <> 0
