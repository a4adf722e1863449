-- name: mass_removal
-- grain: one row when the load would remove many of the unit's published vouchers
-- reads: evidence.scope, unit.facts, published.voucher, staged.voucher
-- why: a file that lost its tail, or a source that lost a right, looks just like a year whose
--      vouchers were deleted. More than 1 % and at least 10, or all of them.
-- source: R-FIN-34
select coalesce(no_vouchers, not_whole_year, nothing_published) as not_applicable
from evidence.scope;

with

published_voucher as (
    select
        voucher.voucher_key,
        voucher.voucher_date
    from published.voucher
    inner join unit.facts using (tenant, fiscal_year)
),

removed as (
    select
        published_voucher.voucher_key,
        published_voucher.voucher_date
    from published_voucher
    anti join staged.voucher using (voucher_key)
),

counted as (
    select
        (select count(*) from published_voucher) as published_count,
        (select count(*) from staged.voucher) as staged_count,
        count(*) as removed_count,
        min(removed.voucher_date) as first_date,
        max(removed.voucher_date) as last_date,
        arg_min(removed.voucher_key, (removed.voucher_date, removed.voucher_key)) as voucher_key
    from removed
)

select
    'mass_removal' as control,
    '' as account_number,
    strftime(first_date, '%Y-%m') as period,
    voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'missing' as kind,
    removed_count || ' of ' || published_count || ' published vouchers would be removed, dated '
    || first_date || ' to ' || last_date || '; the load brings ' || staged_count as detail
from counted
where
    (removed_count >= 10 and removed_count * 100 > published_count)
    or (staged_count = 0 and published_count > 0)
