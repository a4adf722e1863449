-- name: trial_balance
-- grain: one row per tenant, fiscal year, month of that year and account that is opened or booked
-- reads: fiscal_year, opening_balance, posting, voucher, ledger_account
-- why: a voucher lies in the month of its voucher date, so that every month balances; one dated
--      outside its year (a person may have accepted that) lies in the year's first or last month
-- units: amounts in the year's currency, debit positive; period = first day of the month;
--        opening + movement = closing
create or replace view trial_balance as
with

year_month as (
    select
        fiscal_year.tenant,
        fiscal_year.fiscal_year,
        month.first_day::date as period
    from fiscal_year
    cross join lateral
        generate_series(date_trunc('month', start_date), end_date, interval '1 month') as month(first_day)
),

movement as (
    select
        year.tenant,
        year.fiscal_year,
        posting.account_number,
        date_trunc('month', least(greatest(voucher.voucher_date, year.start_date), year.end_date))::date as period,
        sum(posting.amount) as amount
    from posting
    inner join voucher using (tenant, fiscal_year, voucher_key)
    inner join fiscal_year as year using (tenant, fiscal_year)
    group by 1, 2, 3, 4
),

opening as (
    select
        tenant,
        fiscal_year,
        account_number,
        sum(amount) as amount
    from opening_balance
    group by tenant, fiscal_year, account_number
),

account as (
    select
        tenant,
        fiscal_year,
        account_number
    from opening
    union
    select
        tenant,
        fiscal_year,
        account_number
    from movement
),

chart as (
    select
        tenant,
        fiscal_year,
        account_number,
        min(name) as name
    from ledger_account
    group by tenant, fiscal_year, account_number
),

closed as (
    select
        tenant,
        fiscal_year,
        year_month.period,
        account_number,
        coalesce(movement.amount, 0) as movement,
        coalesce(opening.amount, 0) + sum(coalesce(movement.amount, 0)) over (
            partition by tenant, fiscal_year, account_number
            order by year_month.period
        ) as closing
    from year_month
    inner join account using (tenant, fiscal_year)
    left join opening using (tenant, fiscal_year, account_number)
    left join movement using (tenant, fiscal_year, account_number, period)
)

select
    closed.tenant,
    closed.fiscal_year,
    closed.period,
    closed.account_number,
    coalesce(chart.name, '') as name,
    (closed.closing - closed.movement)::decimal(38, 2) as opening,
    closed.movement::decimal(38, 2) as movement,
    closed.closing::decimal(38, 2) as closing
from closed
left join chart using (tenant, fiscal_year, account_number)
