-- name: source_damage
-- grain: one row per diagnostic of level error, and one for those that a reader counted but did not keep
-- reads: evidence.glance, unit.facts, staged.diagnostic
-- why: a diagnostic of level error says that what was read is not all that was sent
-- source: R-SEN-15 (refused with the line's number)
select
    null::varchar as not_applicable,
    error_count = 0 as passes
from evidence.glance;

with

damage as (
    select
        code,
        line,
        field,
        message
    from staged.diagnostic
    where level = 'error'
),

unkept as (
    select facts.error_count - count(damage.code) as error_count
    from unit.facts
    left join damage on true
    group by facts.error_count
)

select
    'source_damage' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'missing' as kind,
    case when line > 0 then 'line ' || line || ' ' else '' end
    || code || case when field <> '' then ' in ' || field else '' end || ': ' || message as detail
from damage
union all
select
    'source_damage' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null as expected,
    null as actual,
    null as difference,
    'missing' as kind,
    'and ' || error_count || ' more errors that were counted only' as detail
from unkept
where error_count > 0
