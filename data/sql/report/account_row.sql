-- name: report.account_row
-- grain: one row per booked row of an account, in the order of the general ledger
-- reads: general_ledger
-- parameters: $fiscal_year, $account, $first (rows to leave out), $limit
-- units: amounts in the year's currency, debit positive; balance = after the row
select
    voucher_date,
    voucher_key,
    text,
    debit,
    credit,
    balance,
    voucher_series,
    voucher_number
from general_ledger
where
    fiscal_year = $fiscal_year
    and account_number = $account
order by voucher_date, voucher_key, row_number
limit $limit offset $first
