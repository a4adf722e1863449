-- name: statement_account
-- grain: one row per tenant, fiscal year, statement and account that the statement has a line for
-- reads: trial_balance, statement_line
-- why: which line an account is on, for whoever asks what a figure is made of. Accounts are compared
--      by their first four digits: programs let users add digits of their own (143010 is a 1430)
create or replace view statement_account as
with

account as (
    select distinct
        tenant,
        fiscal_year,
        account_number,
        case when regexp_full_match(account_number, '[0-9]+') then rpad(left(account_number, 4), 4, '0') end as number
    from trial_balance
),

account_range as (
    select
        statement,
        line_order,
        unnest(string_split(accounts, ' ')) as range
    from statement_line
    where accounts not in ('', '*')
),

placed as (
    select
        account.tenant,
        account.fiscal_year,
        account_range.statement,
        account_range.line_order,
        account.account_number
    from account
    inner join account_range
        on account.number between split_part(account_range.range, '-', 1) and split_part(account_range.range, '-', 2)
),

unplaced as (
    select
        account.tenant,
        account.fiscal_year,
        statement_line.statement,
        statement_line.line_order,
        account.account_number
    from account
    inner join statement_line on statement_line.accounts = '*'
    anti join placed using (tenant, fiscal_year, statement, account_number)
)

select
    tenant,
    fiscal_year,
    statement,
    line_order,
    account_number
from placed
union all
select
    tenant,
    fiscal_year,
    statement,
    line_order,
    account_number
from unplaced
