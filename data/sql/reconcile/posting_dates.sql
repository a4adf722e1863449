-- name: posting_dates
-- grain: one row per voucher with a date outside the unit's year
-- reads: evidence.scope, unit.facts, staged.voucher, staged.posting
-- source: R-FIN-26 (refused naming the date)
select no_vouchers as not_applicable
from evidence.scope;

with

outside as (
    select
        voucher_key,
        voucher_date as outside_date,
        'its own date' as place
    from staged.voucher
    where
        voucher_date < (select start_date from unit.facts)
        or voucher_date > (select end_date from unit.facts)
    union all
    select
        voucher_key,
        posting_date as outside_date,
        'the date of a row' as place
    from staged.posting
    where
        posting_date < (select start_date from unit.facts)
        or posting_date > (select end_date from unit.facts)
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
    || facts.start_date || ' to ' || facts.end_date
    || coalesce(' (line ' || voucher.source_line || ')', '') as detail
from by_voucher
left join staged.voucher using (voucher_key)
cross join unit.facts
