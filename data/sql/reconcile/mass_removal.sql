-- name: mass_removal
-- grain: one row when the load would remove many of the unit's published vouchers, and one when it
--        lacks many of the accounts that are published with a balance
-- reads: evidence.glance, evidence.voucher_change, evidence.account, unit.facts, published.voucher,
--        published.posting, published.opening_balance, published.reported_balance, staged.voucher
-- why: a file that lost its tail, or a source that lost a right, looks just like a year whose
--      vouchers were deleted. More than 1 % and at least 10, or all of them; a voucher that books
--      nothing is not missed. Unused accounts, budgets and objects depend on how the source was
--      exported, and count for nothing.
--      Of a period, what is published within it is counted, and nothing else.
-- source: R-FIN-34
select coalesce(no_vouchers, replaces_nothing, nothing_published) as not_applicable
from evidence.glance;

with

covered as (
    -- Empty for a whole year, of which nothing has to be looked up.
    select voucher.voucher_key
    from published.voucher
    inner join unit.facts using (tenant, fiscal_year)
    where facts.is_period and voucher.voucher_date between facts.first_covered and facts.last_covered
),

counted as (
    select
        (
            select count(*)
            from published.voucher
            inner join unit.facts using (tenant, fiscal_year)
            where voucher.voucher_date between facts.first_covered and facts.last_covered
        ) as published_count,
        (select count(*) from staged.voucher) as staged_count,
        count(*) as removed_count,
        min(old_date) as first_date,
        max(old_date) as last_date,
        arg_min(voucher_key, (old_date, voucher_key)) as voucher_key
    from evidence.voucher_change
    where change = 'removed' and is_booked
),

published_account as (
    select account_number
    from published.posting
    inner join unit.facts using (tenant, fiscal_year)
    where not facts.is_period or posting.voucher_key in (select voucher_key from covered)
    group by account_number
    having sum(amount) <> 0
    union
    select account_number
    from published.opening_balance
    inner join unit.facts using (tenant, fiscal_year)
    where amount <> 0 and not facts.is_period
    union
    select account_number
    from published.reported_balance
    inner join unit.facts using (tenant, fiscal_year)
    where not facts.is_period and year_offset = 0 and balance_kind in ('closing', 'result') and amount <> 0
),

lacking as (
    select
        count(*) as published_count,
        count(*) filter (where account.account_number is null) as removed_count,
        min(published_account.account_number) filter (where account.account_number is null) as first_account,
        max(published_account.account_number) filter (where account.account_number is null) as last_account
    from published_account
    left join evidence.account using (account_number)
),

finding as (
    select
        strftime(first_date, '%Y-%m') as period,
        voucher_key,
        evidence.written(removed_count) || ' of ' || evidence.written(published_count)
        || ' published vouchers would be removed, dated ' || first_date || ' to ' || last_date
        || '; the load brings ' || evidence.written(staged_count) as detail
    from counted
    where
        (removed_count >= 10 and removed_count * 100 > published_count)
        or (staged_count = 0 and removed_count > 0)
    union all
    select
        '' as period,
        '' as voucher_key,
        removed_count || ' of ' || published_count || ' accounts that are published with a balance are not in'
        || ' the load, from ' || first_account || ' to ' || last_account as detail
    from lacking
    where
        (removed_count >= 10 and removed_count * 100 > published_count)
        or (removed_count = published_count and published_count > 0)
)

select
    'mass_removal' as control,
    '' as account_number,
    period,
    voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'missing' as kind,
    detail
from finding
