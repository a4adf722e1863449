-- name: unmapped_account
-- grain: one row per account with a balance that has no place in the account map
-- reads: evidence.unmapped, unit.context
-- why: a statement that leaves an account out is not the books; once there is a map, it places them all
-- source: R-FIN-27
select
    case when not has_account_map then 'the tenant has no account map' end as not_applicable,
    null::boolean as passes
from unit.context;

select
    'unmapped_account' as control,
    account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    balance as actual,
    null::decimal(18, 2) as difference,
    'mapping_gap' as kind,
    'it has a balance and no place in the account map' as detail
from evidence.unmapped
where balance <> 0
