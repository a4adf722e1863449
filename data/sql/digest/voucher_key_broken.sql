-- name: voucher_key_broken
-- grain: one row per voucher key that occurs twice, or that has rows but no voucher
-- reads: voucher_digest (voucher_key, voucher_count)
select voucher_key
from voucher_digest
where voucher_count <> 1
