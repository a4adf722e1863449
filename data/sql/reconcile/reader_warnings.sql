-- name: reader_warnings
-- grain: one row per kind of deviation that the reader had to make an assumption about
-- reads: evidence.glance, staged.diagnostic
-- why: the diagnostics themselves are listed line by line; here they are counted
select
    null::varchar as not_applicable,
    warning_count = 0 as passes
from evidence.glance;

select
    'reader_warnings' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'attribute' as kind,
    code || case when field <> '' then ' in ' || field else '' end || ': ' || count(*)
    || case when count(*) = 1 then ' time' else ' times' end
    || case when min(line) > 0 then ', first on line ' || min(line) else '' end as detail
from staged.diagnostic
where level = 'warning'
group by code, field
