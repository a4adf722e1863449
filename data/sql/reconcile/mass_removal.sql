-- name: mass_removal
-- grain: one row when the load would remove many of the unit's published vouchers
-- reads: evidence.glance, evidence.voucher_change, unit.facts, published.voucher, staged.voucher
-- why: a file that lost its tail, or a source that lost a right, looks just like a year whose
--      vouchers were deleted. More than 1 % and at least 10, or all of them; one that
--      books nothing is not missed.
-- source: R-FIN-34
select coalesce(no_vouchers, not_whole_year, nothing_published) as not_applicable
from evidence.glance;

with

counted as (
    select
        (
            select count(*)
            from published.voucher
            inner join unit.facts using (tenant, fiscal_year)
        ) as published_count,
        (select count(*) from staged.voucher) as staged_count,
        count(*) as removed_count,
        min(old_date) as first_date,
        max(old_date) as last_date,
        arg_min(voucher_key, (old_date, voucher_key)) as voucher_key
    from evidence.voucher_change
    where change = 'removed' and is_booked
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
    or (staged_count = 0 and removed_count > 0)
