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
        voucher_series,
        voucher_number,
        min(voucher_date) as voucher_date,
        count(*) as voucher_count
    from staged.source_voucher
    group by voucher_series, voucher_number
),

came as (
    select
        voucher_series,
        voucher_number,
        min(voucher_key) as voucher_key,
        min(voucher_date) as voucher_date,
        count(*) as voucher_count,
        bool_or(voucher_total.voucher_key is not null) as is_booked
    from staged.voucher
    left join evidence.voucher_total using (voucher_key)
    group by voucher_series, voucher_number
),

compared as (
    select
        voucher_series,
        voucher_number,
        came.voucher_key,
        coalesce(came.voucher_date, listed.voucher_date) as voucher_date,
        listed.voucher_date as listed_date,
        coalesce(listed.voucher_count, 0) as listed_count,
        coalesce(came.voucher_count, 0) as came_count,
        coalesce(came.is_booked, false) as is_booked
    from listed
    full join came using (voucher_series, voucher_number)
)

select
    'source_vouchers' as control,
    '' as account_number,
    strftime(voucher_date, '%Y-%m') as period,
    coalesce(voucher_key, voucher_series || ':' || voucher_number) as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    case
        when came_count < listed_count then 'missing'
        when came_count > listed_count and listed_count = 0 then 'unexpected'
        when came_count > listed_count then 'duplicate'
        else 'attribute'
    end as kind,
    case
        when came_count < listed_count then 'the source lists it, its ledger does not hold it'
        when came_count > listed_count and listed_count = 0 then 'the source does not list it'
        when came_count > listed_count then 'the source lists it once'
        else 'the source lists it with date ' || listed_date
    end as detail
from compared
where
    came_count < listed_count
    or (is_booked and (came_count > listed_count or voucher_date is distinct from listed_date))
