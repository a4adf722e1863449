-- name: statement_amount
-- grain: one row per tenant, fiscal year, month and line of each statement, lines without amounts too
-- reads: fiscal_year, trial_balance, statement_account, tenant_line
-- why: what the income statement and the balance sheet have in common; a line that adds others adds
--      the accounts of every line in its range
-- units: amounts in the year's currency, signed as the line is read; period = first day of the month
create or replace view statement_amount as
with

adds as (
    select
        line.tenant,
        line.statement,
        line.line_order,
        part.line_order as part_order
    from tenant_line as line
    inner join tenant_line as part
        on
            part.tenant = line.tenant
            and part.statement = line.statement
            and part.accounts <> ''
            and part.line_order between
            case when line.adds = '' then line.line_order else split_part(line.adds, '-', 1)::integer end
            and case when line.adds = '' then line.line_order else split_part(line.adds, '-', 2)::integer end
),

part_amount as (
    select
        statement_account.tenant,
        statement_account.fiscal_year,
        statement_account.statement,
        statement_account.line_order as part_order,
        trial_balance.period,
        sum(trial_balance.opening) as opening,
        sum(trial_balance.movement) as movement,
        sum(trial_balance.closing) as closing
    from statement_account
    inner join trial_balance using (tenant, fiscal_year, account_number)
    group by 1, 2, 3, 4, 5
),

line_amount as (
    select
        part_amount.tenant,
        part_amount.fiscal_year,
        adds.statement,
        adds.line_order,
        part_amount.period,
        sum(part_amount.opening) as opening,
        sum(part_amount.movement) as movement,
        sum(part_amount.closing) as closing
    from adds
    inner join part_amount using (tenant, statement, part_order)
    group by 1, 2, 3, 4, 5
),

year_month as (
    select
        fiscal_year.tenant,
        fiscal_year.fiscal_year,
        month.first_day::date as period
    from fiscal_year
    cross join lateral
        generate_series(date_trunc('month', start_date), end_date, interval '1 month') as month(first_day)
)

select
    year_month.tenant,
    year_month.fiscal_year,
    year_month.period,
    tenant_line.statement,
    tenant_line.line_order,
    tenant_line.line,
    tenant_line.name,
    tenant_line.name_sv,
    tenant_line.name_fi,
    tenant_line.name_en,
    tenant_line.adds <> '' as is_sum,
    (tenant_line.presented_sign * coalesce(line_amount.opening, 0))::decimal(38, 2) as opening,
    (tenant_line.presented_sign * coalesce(line_amount.movement, 0))::decimal(38, 2) as movement,
    (tenant_line.presented_sign * coalesce(line_amount.closing, 0))::decimal(38, 2) as closing
from year_month
inner join tenant_line using (tenant)
left join line_amount
    on
        line_amount.tenant = year_month.tenant
        and line_amount.fiscal_year = year_month.fiscal_year
        and line_amount.period = year_month.period
        and line_amount.statement = tenant_line.statement
        and line_amount.line_order = tenant_line.line_order
