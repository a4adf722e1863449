-- name: trial_balance_year
-- grain: one row per tenant, fiscal year and account that is opened or booked
-- reads: trial_balance, fiscal_year, statement_account, tenant_line, ledger_account
-- why: the whole year in one row, with the line of the statements that the account is on; the type is
--      that of its line, and the source's own word only where the account has no line: many programs
--      say none, and some a wrong one
-- units: amounts in the year's currency, debit positive; opening + movement = closing
create or replace view trial_balance_year as
with

month_end as (
    select
        trial_balance.*,
        trial_balance.period = date_trunc('month', fiscal_year.start_date) as is_first,
        trial_balance.period = date_trunc('month', fiscal_year.end_date) as is_last
    from trial_balance
    inner join fiscal_year using (tenant, fiscal_year)
),

whole as (
    select
        tenant,
        fiscal_year,
        account_number,
        name,
        sum(case when is_first then opening else 0 end)::decimal(38, 2) as opening,
        sum(movement)::decimal(38, 2) as movement,
        sum(case when is_last then closing else 0 end)::decimal(38, 2) as closing
    from month_end
    group by tenant, fiscal_year, account_number, name
),

chart as (
    select
        tenant,
        fiscal_year,
        account_number,
        min(account_type) as account_type
    from ledger_account
    group by tenant, fiscal_year, account_number
),

placed as (
    select
        statement_account.tenant,
        statement_account.fiscal_year,
        statement_account.account_number,
        tenant_line.statement,
        tenant_line.line,
        tenant_line.account_type
    from statement_account
    inner join tenant_line using (tenant, statement, line_order)
    where statement_account.is_placed and tenant_line.line <> 'unbooked_result'
)

select
    whole.tenant,
    whole.fiscal_year,
    whole.account_number,
    whole.name,
    coalesce(nullif(placed.account_type, ''), chart.account_type, '') as account_type,
    coalesce(placed.statement, '') as statement,
    coalesce(placed.line, '') as line,
    whole.opening,
    whole.movement,
    whole.closing
from whole
left join placed using (tenant, fiscal_year, account_number)
left join chart using (tenant, fiscal_year, account_number)
