-- name: locked_period
-- grain: one row per published voucher or opening balance that the load would change, add or remove
--        on or before the tenant's lock
-- reads: evidence.scope, unit.facts, unit.context, staged.voucher, staged.voucher_digest, published.voucher,
--        staged.opening_balance, published.opening_balance
-- why: the first load of a year changes nothing that was there, so it is never a change
-- units: amounts in the unit's currency, debit positive (opening balances only)
-- source: design of publication: any change dated in a locked period
select
    coalesce(
        case when context.locked_until is null then 'no period is locked for the tenant' end,
        case when context.locked_until < facts.start_date then 'the lock ends before this year begins' end,
        scope.no_vouchers,
        scope.nothing_published
    ) as not_applicable
from evidence.scope
cross join unit.facts
cross join unit.context;

with

now_published as (
    select
        voucher.voucher_key,
        voucher.voucher_date,
        voucher.digest
    from published.voucher
    inner join unit.facts using (tenant, fiscal_year)
),

coming as (
    select
        voucher.voucher_key,
        voucher.voucher_date,
        voucher_digest.digest
    from staged.voucher
    inner join staged.voucher_digest using (voucher_key)
),

changed_voucher as (
    select
        voucher_key,
        least(now_published.voucher_date, coming.voucher_date) as voucher_date,
        case
            when now_published.voucher_key is null then 'added'
            when coming.voucher_key is null then 'removed'
            else 'changed'
        end as change
    from now_published
    full join coming using (voucher_key)
    where now_published.digest is distinct from coming.digest
),

changed_opening as (
    select
        account_number,
        coalesce(sum(old_amount), 0) as old_amount,
        coalesce(sum(new_amount), 0) as new_amount
    from (
        select
            opening_balance.account_number,
            opening_balance.amount as old_amount,
            0 as new_amount
        from published.opening_balance
        inner join unit.facts using (tenant, fiscal_year)
        union all
        select
            account_number,
            0 as old_amount,
            amount as new_amount
        from staged.opening_balance
    )
    group by account_number
    having sum(old_amount) <> sum(new_amount)
)

select
    'locked_period' as control,
    '' as account_number,
    strftime(changed_voucher.voucher_date, '%Y-%m') as period,
    changed_voucher.voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'locked_period' as kind,
    'the voucher would be ' || changed_voucher.change || '; the books are locked until '
    || context.locked_until as detail
from changed_voucher
cross join unit.facts
cross join unit.context
where
    changed_voucher.voucher_date <= context.locked_until
    and not (facts.coverage <> 'whole_year' and changed_voucher.change = 'removed')
union all
select
    'locked_period' as control,
    changed_opening.account_number,
    strftime(facts.start_date, '%Y-%m') as period,
    '' as voucher_key,
    changed_opening.old_amount as expected,
    changed_opening.new_amount as actual,
    changed_opening.new_amount - changed_opening.old_amount as difference,
    'locked_period' as kind,
    'the opening balance would change; the books are locked until ' || context.locked_until as detail
from changed_opening
cross join unit.facts
cross join unit.context
where facts.coverage = 'whole_year'
