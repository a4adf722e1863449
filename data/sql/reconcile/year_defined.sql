-- name: year_defined
-- grain: one row per way in which the unit's year disagrees with the years that are known
-- reads: evidence.glance, unit.facts, unit.defined_year, published.fiscal_year
-- why: years are matched by their two dates; a changed or overlapping year must be retired by a
--      person first, or its months would be counted twice
-- source: R-FIN-26, R-SEN-13
select
    null::varchar as not_applicable,
    year_fits as passes
from evidence.glance;

with

finding as (
    select
        'missing' as kind,
        'the year ' || facts.start_date || ' to ' || facts.end_date || ' is none of the '
        || 'years defined for the tenant (' || (select count(*) from unit.defined_year) || ')' as detail
    from unit.facts
    anti join unit.defined_year using (start_date, end_date)
    union all
    select
        'timing' as kind,
        'the year ' || facts.start_date || ' to ' || facts.end_date || ' overlaps the defined year '
        || defined_year.start_date || ' to ' || defined_year.end_date as detail
    from unit.facts
    inner join unit.defined_year
        on
            defined_year.start_date <= facts.end_date
            and facts.start_date <= defined_year.end_date
            and (defined_year.start_date, defined_year.end_date) <> (facts.start_date, facts.end_date)
    union all
    select
        'timing' as kind,
        'the year ' || facts.start_date || ' to ' || facts.end_date || ' overlaps the published year '
        || published_year.start_date || ' to ' || published_year.end_date as detail
    from unit.facts
    inner join published.fiscal_year as published_year
        on
            published_year.tenant = facts.tenant
            and published_year.fiscal_year <> facts.fiscal_year
            and published_year.start_date <= facts.end_date
            and facts.start_date <= published_year.end_date
)

select
    'year_defined' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    kind,
    detail || case when line > 0 then ' (line ' || line || ', #RAR)' else '' end as detail
from finding
cross join (select fiscal_year_line as line from unit.facts)
