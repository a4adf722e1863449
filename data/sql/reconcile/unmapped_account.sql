-- name: unmapped_account
-- grain: one row per account with a balance that has no place in the account map
-- reads: evidence.account, unit.account_place, unit.context, unit.facts
-- why: a statement that leaves an account out is not the books; once there is a map, it places them all
-- source: R-FIN-27
select
    case when not has_account_map then 'the tenant has no account map' end as not_applicable,
    null::boolean as passes
from unit.context;

with

in_use as (
    select
        account_number,
        coalesce(opening, 0) + coalesce(movement, 0) as balance
    from evidence.account
    where posting_count > 0 or opening <> 0 or closing <> 0
),

place as (
    select
        account_place.first,
        account_place.last
    from unit.account_place
    inner join unit.facts on account_place.valid_from <= facts.end_date
)

select
    'unmapped_account' as control,
    in_use.account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    in_use.balance as actual,
    null::decimal(18, 2) as difference,
    'mapping_gap' as kind,
    'it has a balance and no place in the account map' as detail
from in_use
anti join place
    on
        rpad(left(in_use.account_number, length(place.first)), length(place.first)::integer, '0') >= place.first
        and rpad(left(in_use.account_number, length(place.last)), length(place.last)::integer, '0') <= place.last
where in_use.balance <> 0
