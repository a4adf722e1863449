-- name: month_balance
-- grain: one row per month whose vouchers have to sum to zero and do not
-- reads: evidence.glance, unit.facts, staged.posting, staged.voucher
-- why: vouchers of such a source are net of VAT, which comes in one summary a month. Only a month
--      whose summary is newer than all its vouchers, or that has no VAT, is judged
-- units: amounts in the unit's currency, debit positive; exact, whatever the tolerance elsewhere
-- source: Procountor API 26.04 (accountingValue is net); R-FIN-15
select
    coalesce(
        no_vouchers,
        case when facts.balances_by <> 'month' then 'vouchers of this source sum to zero one by one' end,
        case when facts.balanced_months = '' then
            'no month has a summary of VAT that is newer than all its vouchers'
        end
    ) as not_applicable
from evidence.glance
cross join unit.facts;

with

judged as (
    select unnest(string_split(balanced_months, ' ')) as period
    from unit.facts
),

booked as (
    select
        strftime(voucher.voucher_date, '%Y-%m') as period,
        sum(posting.amount) as amount,
        count(distinct voucher.voucher_key) as voucher_count
    from staged.posting
    inner join staged.voucher using (voucher_key)
    group by all
)

select
    'month_balance' as control,
    '' as account_number,
    period,
    '' as voucher_key,
    0 as expected,
    booked.amount as actual,
    booked.amount as difference,
    case when abs(booked.amount) <= 0.01 then 'rounding' else 'amount' end as kind,
    'the ' || booked.voucher_count || ' vouchers of the month, its summary of VAT included, do not sum to zero'
        as detail
from booked
inner join judged using (period)
where booked.amount <> 0
