-- name: changes_of_load
-- grain: one row per voucher that a published load added, changed or removed
-- reads: published.voucher_change
-- parameters: $load_id
-- units: debits are the sum of a voucher's debits, in the unit's currency
select
    change,
    voucher_key,
    voucher_series,
    voucher_number,
    date_before,
    date_after,
    debit_before,
    debit_after
from published.voucher_change
where load_id = $load_id
order by change, voucher_key
