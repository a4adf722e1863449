-- name: tenant_identity
-- grain: one row when the source names another organisation number than the tenant's
-- reads: unit.identity, unit.facts
-- source: SIE 4B #ORGNR; R-SEN-22
select
    case
        when not is_readable then 'the source names no readable organisation number (control identity_missing)'
        when wanted = '' then 'the tenant has no organisation number on record to compare with'
    end as not_applicable,
    found = wanted as passes
from unit.identity;

select
    'tenant_identity' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'attribute' as kind,
    'the source is of organisation ' || found || ', the tenant is ' || wanted
    || case
        when facts.organisation_number_line > 0 then ' (line ' || facts.organisation_number_line || ', #ORGNR)'
        else ''
    end as detail
from unit.identity
cross join unit.facts
where found <> wanted
