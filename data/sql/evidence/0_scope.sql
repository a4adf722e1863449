-- name: evidence.scope
-- grain: one row
-- reads: unit.facts, unit.defined_year, published.fiscal_year
-- why: four reasons not to judge that many controls share, each NULL where it does not hold; and
--      how the unit's year lies to the tenant's others
with

published_year as (
    select
        count(*) filter (where year.fiscal_year = facts.fiscal_year) as same_count,
        count(*) filter (where year.end_date = facts.start_date - 1) as previous_count,
        count(*) filter (where year.start_date > facts.end_date) as later_count,
        count(*) filter (
            where year.fiscal_year <> facts.fiscal_year
            and year.start_date <= facts.end_date
            and facts.start_date <= year.end_date
        ) as overlapping_count
    from published.fiscal_year as year
    inner join unit.facts using (tenant)
),

defined_year as (
    select
        count(*) filter (where (year.start_date, year.end_date) = (facts.start_date, facts.end_date)) as same_count,
        count(*) filter (where year.start_date <= facts.end_date and facts.start_date <= year.end_date)
            as touching_count
    from unit.defined_year as year
    cross join unit.facts
)

select
    case when facts.coverage = 'evidence' then
        'a ' || upper(facts.source) || ' type ' || facts.source_kind
        || ' file is evidence of balances; it has no vouchers to judge'
    end as no_vouchers,
    case when facts.coverage <> 'whole_year' then
        'the source gives ' || case facts.coverage when 'evidence' then 'no vouchers' else 'only a part of the year' end
        || ', so nothing follows for the year as a whole'
    end as not_whole_year,
    case when facts.coverage in ('partial', 'evidence') then
        'the source gives ' || case facts.coverage when 'evidence' then 'no vouchers' else 'a few vouchers' end
        || ', which replace nothing'
    end as replaces_nothing,
    case when published_year.same_count = 0 then
        'nothing is published for this year yet'
    end as nothing_published,
    published_year.previous_count,
    published_year.later_count,
    defined_year.same_count = 1 and defined_year.touching_count = 1 and published_year.overlapping_count = 0
        as year_fits
from unit.facts
cross join published_year
cross join defined_year
