-- name: series_duplicates
-- grain: one row per voucher number that a series uses more than once
-- reads: evidence.glance, evidence.series, staged.voucher
-- why: such vouchers are told apart by their order in the source, which may change
select
    coalesce(
        no_vouchers,
        case when numbered_count = 0 then 'no voucher has a number' end
    ) as not_applicable,
    repeating_count = 0 as passes
from evidence.glance;

with

repeated as (
    select
        voucher_series,
        voucher_number,
        count(*) as voucher_count
    from staged.voucher
    where
        voucher_number <> ''
        and voucher_series in (
            select voucher_series
            from evidence.series
            where distinct_count < voucher_count
        )
    group by voucher_series, voucher_number
    having count(*) > 1
)

select
    'series_duplicates' as control,
    '' as account_number,
    strftime(max(voucher.voucher_date), '%Y-%m') as period,
    arg_max(voucher.voucher_key, (coalesce(voucher.source_line, 0), voucher.voucher_key)) as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'duplicate' as kind,
    any_value(repeated.voucher_count) || ' vouchers have number ' || voucher_number || ' of '
    || case when voucher_series = '' then 'the unnamed series' else 'series ' || voucher_series end
    || coalesce(' (lines ' || min(voucher.source_line) || ' to ' || max(voucher.source_line) || ')', '') as detail
from repeated
inner join staged.voucher using (voucher_series, voucher_number)
group by voucher_series, voucher_number
