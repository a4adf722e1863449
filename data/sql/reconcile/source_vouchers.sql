-- name: source_vouchers
-- grain: one row per voucher that only one side has, or that has another date there
-- reads: evidence.voucher_total, unit.facts, staged.source_voucher, staged.voucher
-- why: the source's own list of vouchers is asked for apart from the ledger, so a voucher that the
--      ledger's export leaves out is seen; nothing else would show it, since both its sides are missing.
--      A voucher that books nothing (all rows struck) may be left out of the list
-- source: R-SEN-12
with

asked as (
    select count(*) as row_count
    from staged.source_voucher
)

select
    case when asked.row_count = 0
        and (facts.evidence_sha256 = '' or contains(facts.unasked, 'source_voucher')) then
        'the source was not asked for its list of vouchers'
    end as not_applicable
from unit.facts
cross join asked;

with

listed as (
    select
        voucher_key,
        min(voucher_date) as voucher_date
    from staged.source_voucher
    group by voucher_key
),

came as (
    select
        voucher.voucher_key,
        voucher.voucher_date,
        voucher_total.voucher_key is not null as is_booked,
        -- of several of one number the first has the key that a list gives
        case when voucher.voucher_number <> '' then
            min(voucher.voucher_key) over (partition by voucher.voucher_series, voucher.voucher_number)
        end as first_key
    from staged.voucher
    left join evidence.voucher_total using (voucher_key)
),

compared as (
    select
        coalesce(came.voucher_key, listed.voucher_key) as voucher_key,
        coalesce(came.voucher_date, listed.voucher_date) as voucher_date,
        listed.voucher_date as listed_date,
        coalesce(came.is_booked, false) as is_booked,
        case
            when came.voucher_key is null then 'missing'
            when listed.voucher_key is not null then 'attribute'
            when came.first_key in (select first.voucher_key from listed as first) then 'duplicate'
            else 'unexpected'
        end as kind
    from listed
    full join came on listed.voucher_key = came.voucher_key
)

select
    'source_vouchers' as control,
    '' as account_number,
    strftime(voucher_date, '%Y-%m') as period,
    voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    kind,
    case kind
        when 'missing' then 'the source lists it, its ledger does not hold it'
        when 'duplicate' then 'the source lists it once'
        when 'unexpected' then 'the source does not list it'
        else 'the source lists it with date ' || listed_date
    end as detail
from compared
where
    kind = 'missing'
    or (is_booked and (kind <> 'attribute' or voucher_date is distinct from listed_date))
