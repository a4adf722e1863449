-- name: identity_missing
-- grain: one row when the source names no organisation number
-- reads: unit.facts, unit.context
-- source: R-SEN-15 (a number missing in the file is flagged)
select
    case when context.organisation_number = '' then
        'the tenant has no organisation number on record to compare with'
    end as not_applicable,
    facts.organisation_number <> '' as passes
from unit.facts
cross join unit.context;

select
    'identity_missing' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'missing' as kind,
    'the source names no organisation number, so nothing proves that it is this tenant''s' as detail
from unit.facts
where organisation_number = ''
