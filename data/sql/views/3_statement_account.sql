-- name: statement_account
-- grain: one row per tenant, fiscal year, statement and account that the statement has a line for
-- reads: trial_balance, fiscal_year, tenant_line, account_place
-- why: which line an account is on, for whoever asks what a figure is made of. The tenant's own map
--      goes before the scheme's ranges, the most exact place first, then the latest; an account of
--      the income statement is in the balance sheet as well, in the result that is not yet booked.
--      A range is inclusive by prefix (365-39: from 365… to 39…): programs let users add digits of
--      their own (143010 is a 1430); an account shorter than a prefix is the first of those it could be
-- units: is_default = the scheme's range, not the tenant's own; is_placed = false on the line of *
create or replace view statement_account as
with

account as (
    select distinct
        tenant,
        fiscal_year,
        account_number
    from trial_balance
),

own_range as (
    select
        account_place.tenant,
        account_place.statement,
        tenant_line.line_order,
        account_place.valid_from,
        split_part(account_place.accounts, '-', 1) as first,
        split_part(account_place.accounts, '-', -1) as last
    from account_place
    inner join tenant_line using (tenant, statement, line)
),

own_ranked as (
    select
        account.tenant,
        account.fiscal_year,
        own_range.statement,
        own_range.line_order,
        account.account_number,
        row_number() over (
            partition by account.tenant, account.fiscal_year, account.account_number
            order by length(first) desc, valid_from desc, first, last
        ) as place
    from account
    inner join fiscal_year using (tenant, fiscal_year)
    inner join own_range
        on
            own_range.tenant = account.tenant
            and own_range.valid_from <= fiscal_year.end_date
            and rpad(left(account.account_number, length(first)), length(first)::integer, '0') >= first
            and rpad(left(account.account_number, length(last)), length(last)::integer, '0') <= last
),

own as (
    select
        tenant,
        fiscal_year,
        statement,
        line_order,
        account_number
    from own_ranked
    where place = 1
),

part as (
    select
        tenant_line.tenant,
        tenant_line.statement,
        tenant_line.line_order,
        part.accounts
    from tenant_line
    cross join lateral unnest(string_to_array(tenant_line.accounts, ' ')) as part(accounts)
    where tenant_line.accounts not in ('', '*')
),

default_range as (
    select
        tenant,
        statement,
        line_order,
        split_part(accounts, '-', 1) as first,
        split_part(accounts, '-', -1) as last
    from part
),

by_default as (
    select
        account.tenant,
        account.fiscal_year,
        default_range.statement,
        default_range.line_order,
        account.account_number
    from account
    inner join default_range
        on
            default_range.tenant = account.tenant
            and rpad(left(account.account_number, length(first)), length(first)::integer, '0') >= first
            and rpad(left(account.account_number, length(last)), length(last)::integer, '0') <= last
),

placed as (
    select
        tenant,
        fiscal_year,
        statement,
        line_order,
        account_number,
        false as is_default
    from own
    union all
    select
        own.tenant,
        own.fiscal_year,
        tenant_line.statement,
        tenant_line.line_order,
        own.account_number,
        false as is_default
    from own
    inner join tenant_line on tenant_line.tenant = own.tenant and tenant_line.line = 'unbooked_result'
    where own.statement = 'income_statement'
    union all
    select
        by_default.tenant,
        by_default.fiscal_year,
        by_default.statement,
        by_default.line_order,
        by_default.account_number,
        true as is_default
    from by_default
    where not exists (
        select 1
        from own
        where
            own.tenant = by_default.tenant
            and own.fiscal_year = by_default.fiscal_year
            and own.account_number = by_default.account_number
    )
),

unplaced as (
    select
        account.tenant,
        account.fiscal_year,
        tenant_line.statement,
        tenant_line.line_order,
        account.account_number
    from account
    inner join tenant_line on tenant_line.tenant = account.tenant and tenant_line.accounts = '*'
    where not exists (
        select 1
        from placed
        where
            placed.tenant = account.tenant
            and placed.fiscal_year = account.fiscal_year
            and placed.statement = tenant_line.statement
            and placed.account_number = account.account_number
    )
)

select
    *,
    true as is_placed
from placed
union all
select
    *,
    true as is_default,
    false as is_placed
from unplaced
