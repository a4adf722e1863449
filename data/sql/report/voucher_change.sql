-- name: report.voucher_change
-- grain: one row per voucher that a later load of a fiscal year added, changed or removed
-- reads: voucher_change, load, voucher (series and number: empty for one that is gone)
-- parameters: $fiscal_year, $limit (vouchers)
-- units: debits are the sum of a voucher's debits, in the year's currency
select
    load.load_number,
    voucher_change.change,
    voucher_change.voucher_key,
    voucher_change.date_before,
    voucher_change.date_after,
    voucher_change.debit_before,
    voucher_change.debit_after,
    coalesce(voucher.voucher_series, '') as voucher_series,
    coalesce(voucher.voucher_number, '') as voucher_number
from voucher_change
inner join load
    on load.load_id = voucher_change.load_id
    and load.fiscal_year = voucher_change.fiscal_year
left join voucher
    on voucher.voucher_key = voucher_change.voucher_key
    and voucher.fiscal_year = voucher_change.fiscal_year
where voucher_change.fiscal_year = $fiscal_year
order by load.load_number desc, voucher_change.change, voucher_change.voucher_key
limit $limit
