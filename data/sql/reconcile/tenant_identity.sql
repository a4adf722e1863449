-- name: tenant_identity
-- grain: one row when the source names another organisation number than the tenant's
-- reads: unit.facts, unit.context
-- why: twelve digits carry a century (or 16) before the ten that both sides share
-- source: SIE 4B #ORGNR; R-SEN-22
select
    case
        when facts.organisation_number = '' then 'the source names no organisation number (control identity_missing)'
        when context.organisation_number = '' then 'the tenant has no organisation number on record to compare with'
    end as not_applicable,
    facts.organisation_number = context.organisation_number as passes
from unit.facts
cross join unit.context;

with

identity as (
    select
        right(regexp_replace(facts.organisation_number, '[^0-9]', '', 'g'), 10) as found,
        right(regexp_replace(context.organisation_number, '[^0-9]', '', 'g'), 10) as wanted
    from unit.facts
    cross join unit.context
)

select
    'tenant_identity' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'attribute' as kind,
    'the source is of organisation ' || found || ', the tenant is ' || wanted as detail
from identity
where found <> wanted
