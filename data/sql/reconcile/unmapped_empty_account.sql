-- name: unmapped_empty_account
-- grain: one row per account in use with a balance of zero that has no place in the account map
-- reads: evidence.unmapped, unit.context
-- why: it is missing from no statement yet, and will be as soon as it has a balance
-- source: R-FIN-27
select
    case when not has_account_map then 'the tenant has no account map' end as not_applicable,
    null::boolean as passes
from unit.context;

select
    'unmapped_empty_account' as control,
    account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    balance as actual,
    null::decimal(18, 2) as difference,
    'mapping_gap' as kind,
    'it is in use and has no place in the account map' as detail
from evidence.unmapped
where balance = 0
