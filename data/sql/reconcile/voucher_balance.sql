-- name: voucher_balance
-- grain: one row per voucher whose booked rows do not sum to zero
-- reads: evidence.glance, evidence.voucher_total, unit.facts, staged.posting,
--        staged.posting_correction, staged.voucher
-- units: amounts in the unit's currency, debit positive; exact, whatever the tolerance elsewhere
-- source: SIE 4B #TRANS 4 (the rows of a voucher sum to zero); R-FIN-15
select
    coalesce(
        no_vouchers,
        case when facts.balances_by = 'month' then
            'vouchers of this source are net of VAT and sum to zero by the month (control month_balance)'
        end
    ) as not_applicable,
    unbalanced_count = 0 as passes
from evidence.glance
cross join unit.facts;

with

unbalanced as (
    select
        voucher_key,
        amount as difference,
        posting_count as row_count
    from evidence.voucher_total
    where amount <> 0
),

turned_row as (
    select
        unbalanced.voucher_key,
        min(posting.account_number) as account_number
    from unbalanced
    inner join staged.posting using (voucher_key)
    where 2 * posting.amount = unbalanced.difference
    group by unbalanced.voucher_key
),

correction_row as (
    select
        unbalanced.voucher_key,
        min(posting_correction.account_number) as account_number,
        min(posting_correction.correction_kind) as correction_kind
    from unbalanced
    inner join staged.posting_correction using (voucher_key)
    where
        (posting_correction.correction_kind = 'struck' and posting_correction.amount = -unbalanced.difference)
        or (posting_correction.correction_kind = 'added' and posting_correction.amount = unbalanced.difference)
    group by unbalanced.voucher_key
)

select
    'voucher_balance' as control,
    coalesce(correction_row.account_number, turned_row.account_number, '') as account_number,
    coalesce(strftime(voucher.voucher_date, '%Y-%m'), '') as period,
    unbalanced.voucher_key,
    0 as expected,
    unbalanced.difference as actual,
    unbalanced.difference,
    case
        when abs(unbalanced.difference) <= 0.01 then 'rounding'
        when correction_row.voucher_key is not null then 'amount'
        when turned_row.voucher_key is not null then 'sign'
        else 'amount'
    end as kind,
    'the ' || unbalanced.row_count || ' booked rows do not sum to zero'
    || case
        when abs(unbalanced.difference) <= 0.01 then '; a rounding of one hundredth'
        when correction_row.correction_kind = 'struck'
            then '; they would with the struck row on ' || correction_row.account_number
        when correction_row.correction_kind = 'added'
            then '; they would without the added row on ' || correction_row.account_number
        when turned_row.voucher_key is not null
            then '; they would with the other sign on ' || turned_row.account_number
        else ''
    end as detail
from unbalanced
left join staged.voucher using (voucher_key)
left join correction_row using (voucher_key)
left join turned_row using (voucher_key)
