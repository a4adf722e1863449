-- name: closing_reported
-- grain: one row per sign that the source may have been cut off before it said how the year ends
-- reads: evidence.glance, unit.facts
-- why: the balances that a file reports prove that the rest of it came. One that is cut before them
--      agrees with itself, because where nothing is reported nothing differs. A result of zero may
--      be left out, and so may the results of accounts that #UB reports. What did come is counted in
--      the words, so that what is accepted of one file is not accepted of a shorter one
-- units: amounts in the unit's currency, debit positive
-- source: SIE 4B 5.16 (#UB of the current year is always present), 5.17 (zeros may be left out)
select
    coalesce(
        not_whole_year,
        case when not facts.reports_balances then
            'sources of this kind report no balances; the rows that they declare prove them whole'
        end
    ) as not_applicable,
    closing_count > 0
    and (result_count > 0 or moved_result_count = 0)
    and (voucher_count > 0 or (opening_sum = 0 and filled_closing_count > 0)) as passes
from evidence.glance
cross join unit.facts;

with

came as (
    select
        voucher_count,
        opening_sum,
        closing_count,
        filled_closing_count,
        result_count,
        moved_result_count,
        'what came: ' || opening_count || ' opening balances (sum ' || opening_sum || '), ' || voucher_count
        || ' vouchers, ' || closing_count || ' closing balances, ' || result_count || ' results, '
        || moved_result_count || ' result accounts booked' as content
    from evidence.glance
),

finding as (
    select
        null::decimal(38, 2) as opening_sum,
        'the source reports no closing balances (#UB) for the year; ' || content as detail
    from came
    where closing_count = 0
    union all
    select
        null::decimal(38, 2) as opening_sum,
        'the source reports no results (#RES) for the year, though result accounts are booked; ' || content as detail
    from came
    where result_count = 0 and moved_result_count > 0
    union all
    select
        opening_sum,
        'the source has no vouchers, and its opening balances do not sum to zero; ' || content as detail
    from came
    where voucher_count = 0 and opening_sum <> 0
    union all
    select
        null::decimal(38, 2) as opening_sum,
        'the source has no vouchers, and every closing balance that it reports is zero; ' || content as detail
    from came
    where voucher_count = 0 and closing_count > 0 and filled_closing_count = 0
)

select
    'closing_reported' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    case when opening_sum is not null then 0 end as expected,
    opening_sum as actual,
    opening_sum as difference,
    'missing' as kind,
    detail
from finding
