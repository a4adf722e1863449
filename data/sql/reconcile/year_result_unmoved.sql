-- name: year_result_unmoved
-- grain: one row when the result of the year is not booked to equity
-- reads: evidence.glance, evidence.account
-- why: normal while the year is open; judged once a later year is published, which would otherwise
--      open without this result
-- units: amount in the unit's currency, debit positive: a profit is negative
select
    coalesce(
        no_vouchers,
        not_whole_year,
        case when later_count = 0 then 'no later year is published, so this one may still be open' end
    ) as not_applicable
from evidence.glance;

select
    'year_result_unmoved' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    0 as expected,
    sum(movement) as actual,
    sum(movement) as difference,
    'timing' as kind,
    'the result accounts (classes 3-8) do not sum to zero: the year''s result is not yet booked to equity' as detail
from evidence.account
where side = 'result'
having sum(movement) <> 0
