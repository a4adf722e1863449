-- name: result_roll_forward
-- grain: one row per account whose movements are not the reported result
-- reads: evidence.glance, evidence.roll_forward, evidence.cause
-- units: amounts in the unit's currency, debit positive
-- source: SIE 4B #RES; R-FIN-15
select
    coalesce(
        no_vouchers,
        not_whole_year,
        case when any_result_count = 0 then 'the source reports no #RES to compare with' end
    ) as not_applicable,
    result_difference_count = 0 as passes
from evidence.glance;

select
    'result_roll_forward' as control,
    roll_forward.account_number,
    cause.period,
    cause.voucher_key,
    roll_forward.expected,
    roll_forward.actual,
    roll_forward.difference,
    cause.kind,
    cause.detail
from evidence.roll_forward
inner join evidence.cause using (account_number, balance_kind)
where roll_forward.balance_kind = 'result'
