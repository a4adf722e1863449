-- name: general_ledger
-- grain: one row per booked row, with the balance of its account after it
-- reads: posting, voucher, opening_balance, ledger_account
-- why: what an accountant looks through; rows of a day come by voucher, each in the order of its rows
-- units: amounts in the year's currency, debit positive; balance = opening balance and all rows so far
create or replace view general_ledger as
with

opening as (
    select
        tenant,
        fiscal_year,
        account_number,
        sum(amount) as amount
    from opening_balance
    group by tenant, fiscal_year, account_number
),

chart as (
    select
        tenant,
        fiscal_year,
        account_number,
        min(name) as name
    from ledger_account
    group by tenant, fiscal_year, account_number
)

select
    posting.tenant,
    posting.fiscal_year,
    posting.account_number,
    coalesce(chart.name, '') as name,
    voucher.voucher_date,
    posting.voucher_key,
    posting.row_number,
    voucher.voucher_series,
    voucher.voucher_number,
    coalesce(nullif(posting.posting_text, ''), voucher.voucher_text, '') as text,
    posting.amount,
    greatest(posting.amount, 0)::decimal(18, 2) as debit,
    greatest(-posting.amount, 0)::decimal(18, 2) as credit,
    (
        coalesce(opening.amount, 0) + sum(posting.amount) over (
            partition by posting.tenant, posting.fiscal_year, posting.account_number
            order by voucher.voucher_date, posting.voucher_key, posting.row_number
            rows unbounded preceding
        )
    )::decimal(38, 2) as balance
from posting
inner join voucher using (tenant, fiscal_year, voucher_key)
left join opening using (tenant, fiscal_year, account_number)
left join chart using (tenant, fiscal_year, account_number)
