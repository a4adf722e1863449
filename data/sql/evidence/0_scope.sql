-- name: evidence.scope
-- grain: one row
-- reads: unit.facts, published.fiscal_year
-- why: three reasons not to judge that many controls share; each column is NULL where it does not hold
with

published_year as (
    select count(*) as row_count
    from published.fiscal_year
    inner join unit.facts using (tenant, fiscal_year)
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
    case when published_year.row_count = 0 then
        'nothing is published for this year yet'
    end as nothing_published
from unit.facts
cross join published_year
