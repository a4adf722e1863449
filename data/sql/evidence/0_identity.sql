-- name: evidence.identity
-- grain: one row: the organisation number in the source and the tenant's, as they are compared
-- reads: unit.facts, unit.context
-- why: twelve digits carry a century (or 16) before the ten that both sides share; digits of
--      another length, or zeros alone, name no organisation unless they are the tenant's own
-- source: SIE 4B #ORGNR
with

digits as (
    select
        regexp_replace(facts.organisation_number, '[^0-9]', '', 'g') as found,
        regexp_replace(context.organisation_number, '[^0-9]', '', 'g') as wanted
    from unit.facts
    cross join unit.context
)

select
    right(found, 10) as found,
    right(wanted, 10) as wanted,
    found <> '' and (
        found = wanted
        or (length(found) in (10, 12, length(wanted)) and ltrim(found, '0') <> '')
    ) as is_readable
from digits
