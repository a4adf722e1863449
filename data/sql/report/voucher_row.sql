-- name: report.voucher_row
-- grain: one row per booked row of a voucher, in its order
-- reads: posting, voucher, ledger_account
-- parameters: $fiscal_year, $voucher
-- units: amounts in the year's currency; debit and credit are both positive
select
    voucher.voucher_date,
    coalesce(voucher.voucher_text, '') as voucher_text,
    posting.account_number,
    coalesce(ledger_account.name, '') as name,
    coalesce(posting.posting_text, '') as text,
    greatest(posting.amount, 0)::decimal(18, 2) as debit,
    greatest(-posting.amount, 0)::decimal(18, 2) as credit,
    voucher.voucher_series,
    voucher.voucher_number
from posting
inner join voucher using (tenant, fiscal_year, voucher_key)
left join ledger_account using (tenant, fiscal_year, account_number)
where
    posting.fiscal_year = $fiscal_year
    and posting.voucher_key = $voucher
order by posting.row_number
