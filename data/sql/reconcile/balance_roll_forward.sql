-- name: balance_roll_forward
-- grain: one row per account whose opening balance plus movements is not the reported closing balance
-- reads: evidence.glance, evidence.roll_forward, evidence.cause
-- units: amounts in the unit's currency, debit positive
-- source: SIE 4B #IB, #UB, 5.16 (#UB of the current year is always present); R-FIN-15
select
    coalesce(
        no_vouchers,
        not_whole_year,
        case when any_closing_count = 0 then 'the source reports no #UB to compare with' end
    ) as not_applicable,
    balance_difference_count = 0 as passes
from evidence.glance;

select
    'balance_roll_forward' as control,
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
where roll_forward.balance_kind = 'closing'
