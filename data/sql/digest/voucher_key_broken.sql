-- name: voucher_key_broken
-- grain: one row per voucher key that occurs twice, or that has rows but no voucher
-- reads: voucher_by_voucher, posting_by_voucher, posting_dimension_by_voucher,
--        posting_correction_by_voucher (voucher_key, row_count)
with

row_keys as (
    select voucher_key from posting_by_voucher
    union all
    select voucher_key from posting_dimension_by_voucher
    union all
    select voucher_key from posting_correction_by_voucher
)

select voucher_key
from voucher_by_voucher
where row_count > 1
union all
select row_keys.voucher_key
from row_keys
left join voucher_by_voucher on voucher_by_voucher.voucher_key = row_keys.voucher_key
where voucher_by_voucher.voucher_key is null
