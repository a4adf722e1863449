-- name: series_gaps
-- grain: one row per run of voucher numbers that a series skips
-- reads: evidence.glance, evidence.series, staged.voucher
-- why: a series is numbered without gaps, so a gap is a voucher lost on the way or deleted, but
--      what lies before the first number of a series is no gap (a year may start at any number)
-- source: Bokföringslagen (1999:1078) 5 kap. 7 §, BFNAR 2013:2; R-SEN-12
select
    coalesce(
        no_vouchers,
        not_whole_year,
        case when number_count = 0 then 'no voucher has a number' end
    ) as not_applicable,
    odd_count = 0 as passes
from evidence.glance;

with

numbered as (
    select
        voucher_series,
        try_cast(voucher_number as bigint) as number,
        voucher_key,
        voucher_date
    from staged.voucher
    where
        regexp_full_match(voucher_number, '[0-9]{1,18}')
        and voucher_series in (
            select voucher_series
            from evidence.series
            where plain_count < voucher_count or span <> distinct_count
        )
),

followed as (
    select
        voucher_series,
        number,
        voucher_key,
        voucher_date,
        lead(number) over (partition by voucher_series order by number, voucher_key) as next_number
    from numbered
)

select
    'series_gaps' as control,
    '' as account_number,
    strftime(voucher_date, '%Y-%m') as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'missing' as kind,
    case when voucher_series = '' then 'the unnamed series' else 'series ' || voucher_series end
    || case
        when next_number = number + 2 then ' lacks number ' || (number + 1)
        else ' lacks the ' || (next_number - number - 1) || ' numbers ' || (number + 1) || ' to ' || (next_number - 1)
    end
    || ', after voucher ' || voucher_key as detail
from followed
where next_number > number + 1
