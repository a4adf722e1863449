-- name: year_result_unmoved
-- grain: one row when the result of the year is not booked to equity
-- reads: evidence.scope, evidence.account, unit.facts, published.fiscal_year
-- why: normal while the year is open; judged once a later year is published, which would otherwise
--      open without this result
-- units: amount in the unit's currency, debit positive: a profit is negative
select
    coalesce(
        scope.no_vouchers,
        scope.not_whole_year,
        case when later.row_count = 0 then 'no later year is published, so this one may still be open' end
    ) as not_applicable
from evidence.scope
cross join (
    select count(*) as row_count
    from published.fiscal_year as other
    inner join unit.facts using (tenant)
    where other.start_date > facts.end_date
) as later;

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
