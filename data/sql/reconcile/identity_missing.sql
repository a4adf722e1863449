-- name: identity_missing
-- grain: one row when the source names no readable organisation number
-- reads: unit.identity, unit.facts
-- why: an acceptance binds to the words of this break: to the program's name (not its version), so
--      that it lasts for the program's later files, or to the year where no program is named
-- source: R-SEN-15 (a number missing in the file is flagged)
select
    case when wanted = '' then
        'the tenant has no organisation number on record to compare with'
    end as not_applicable,
    is_readable as passes
from unit.identity;

select
    'identity_missing' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'missing' as kind,
    'a file of ' || case
        when facts.program_name = '' then 'a program that it does not name, for ' || facts.fiscal_year || ','
        else 'program ' || facts.program_name
    end || ' names no readable organisation number, so nothing proves that it is this tenant''s'
    || case
        when facts.organisation_number_line > 0 then ' (line ' || facts.organisation_number_line || ', #ORGNR)'
        else ''
    end as detail
from unit.facts
cross join unit.identity
where not identity.is_readable
