-- name: account_change
-- grain: one row per account whose opening balance or movement the staged unit changes
-- reads: unit.facts, staged.posting, staged.opening_balance, staged.ledger_account,
--        published.posting, published.opening_balance, published.voucher, published.ledger_account
-- units: the unit's currency, debit positive; name: as staged, else as the latest year has it
with

covered as (
    -- Empty for a whole year, of which nothing has to be looked up.
    select voucher.voucher_key
    from published.voucher as voucher
    inner join unit.facts as facts on facts.fiscal_year = voucher.fiscal_year
    where facts.is_period and voucher.voucher_date between facts.first_covered and facts.last_covered
),

sides as (
    select
        posting.account_number,
        0 as opening_before,
        0 as opening_after,
        sum(posting.amount) as movement_before,
        0 as movement_after
    from published.posting as posting
    inner join unit.facts as facts on facts.fiscal_year = posting.fiscal_year
    where not facts.is_period or posting.voucher_key in (select voucher_key from covered)
    group by posting.account_number
    union all by name
    select
        account_number,
        sum(amount) as movement_after
    from staged.posting
    group by account_number
    union all by name
    select
        opening.account_number,
        sum(opening.amount) as opening_before
    from published.opening_balance as opening
    inner join unit.facts as facts on facts.fiscal_year = opening.fiscal_year
    where not facts.is_period
    group by opening.account_number
    union all by name
    select
        account_number,
        sum(amount) as opening_after
    from staged.opening_balance
    cross join unit.facts as facts
    where not facts.is_period or account_number not in (
        select opening.account_number
        from published.opening_balance as opening
        where opening.fiscal_year = facts.fiscal_year
    )
    group by account_number
),

accounts as (
    select
        account_number,
        coalesce(sum(opening_before), 0)::decimal(38, 2) as opening_before,
        coalesce(sum(opening_after), 0)::decimal(38, 2) as opening_after,
        coalesce(sum(movement_before), 0)::decimal(38, 2) as movement_before,
        coalesce(sum(movement_after), 0)::decimal(38, 2) as movement_after
    from sides
    group by account_number
),

earlier as (
    select
        account_number,
        arg_max(name, fiscal_year) as name
    from published.ledger_account
    group by account_number
)

select
    accounts.account_number,
    accounts.opening_before,
    accounts.opening_after,
    accounts.movement_before,
    accounts.movement_after,
    coalesce(ledger_account.name, earlier.name, '') as name
from accounts
left join staged.ledger_account as ledger_account using (account_number)
left join earlier using (account_number)
where
    accounts.opening_before <> accounts.opening_after
    or accounts.movement_before <> accounts.movement_after
order by accounts.account_number
