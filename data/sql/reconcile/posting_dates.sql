-- name: posting_dates
-- grain: one row per voucher that books something and has a date outside the unit's year
-- reads: evidence.glance, evidence.voucher_total, unit.facts, staged.voucher
-- why: a voucher that books nothing, all of its rows being struck (#BTRANS), is history: it changes no
--      balance of any year, wherever it is dated
-- source: R-FIN-26 (refused naming the date)
select
    no_vouchers as not_applicable,
    not has_outside_dates as passes
from evidence.glance;

with

outside as (
    select
        voucher.voucher_key,
        voucher.voucher_date as outside_date,
        'its own date' as place
    from staged.voucher
    semi join evidence.voucher_total using (voucher_key)
    cross join unit.facts
    where voucher.voucher_date < facts.start_date or voucher.voucher_date > facts.end_date
    union all
    select
        voucher_total.voucher_key,
        case
            when voucher_total.first_date < facts.start_date then voucher_total.first_date
            else voucher_total.last_date
        end as outside_date,
        'the date of a row' as place
    from evidence.voucher_total
    cross join unit.facts
    where voucher_total.first_date < facts.start_date or voucher_total.last_date > facts.end_date
),

by_voucher as (
    select
        voucher_key,
        min(outside_date) as outside_date,
        min(place) as place
    from outside
    group by voucher_key
)

select
    'posting_dates' as control,
    '' as account_number,
    strftime(by_voucher.outside_date, '%Y-%m') as period,
    by_voucher.voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'timing' as kind,
    by_voucher.place || ', ' || by_voucher.outside_date || ', lies outside the year '
    || facts.start_date || ' to ' || facts.end_date as detail
from by_voucher
cross join unit.facts
