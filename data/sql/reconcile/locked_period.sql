-- name: locked_period
-- grain: one row per published voucher or opening balance that the load would change, add or remove
--        on or before the tenant's lock
-- reads: evidence.glance, evidence.voucher_change, unit.facts, unit.context, staged.opening_balance,
--        published.opening_balance
-- why: the first load of a year changes nothing that was there, and neither do a few vouchers, nor a
--      voucher that books nothing before and after; a load of a period only adds opening balances
-- units: amounts in the unit's currency, debit positive (opening balances only)
-- source: design of publication: any change dated in a locked period
select
    coalesce(
        case when context.locked_until is null then 'no period is locked for the tenant' end,
        case when context.locked_until < facts.start_date then 'the lock ends before this year begins' end,
        no_vouchers,
        replaces_nothing,
        nothing_published
    ) as not_applicable
from evidence.glance
cross join unit.facts
cross join unit.context;

with

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
        where not facts.is_period
        union all
        select
            account_number,
            0 as old_amount,
            amount as new_amount
        from staged.opening_balance
        cross join unit.facts
        where not facts.is_period or account_number not in (
            select opening_balance.account_number
            from published.opening_balance
            inner join unit.facts using (tenant, fiscal_year)
        )
    )
    group by account_number
    having sum(old_amount) <> sum(new_amount)
)

select
    'locked_period' as control,
    '' as account_number,
    strftime(least(voucher_change.old_date, voucher_change.new_date), '%Y-%m') as period,
    voucher_change.voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'locked_period' as kind,
    'the voucher would be ' || voucher_change.change || '; the books are locked until '
    || context.locked_until as detail
from evidence.voucher_change
cross join unit.context
where
    voucher_change.is_booked
    and least(voucher_change.old_date, voucher_change.new_date) <= context.locked_until
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
