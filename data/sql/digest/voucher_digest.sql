-- name: voucher_digest
-- grain: one row per voucher
-- reads: voucher_by_voucher, posting_by_voucher, posting_dimension_by_voucher,
--        posting_correction_by_voucher (voucher_key, row_count, amount_sum, md5_sum)
-- units: digest is the sum of the rows' 60-bit numbers, modulo 2^60
create or replace temp table voucher_digest as
with

parts as (
    select voucher_key, md5_sum from voucher_by_voucher
    union all
    select voucher_key, md5_sum from posting_by_voucher
    union all
    select voucher_key, md5_sum from posting_dimension_by_voucher
    union all
    select voucher_key, md5_sum from posting_correction_by_voucher
)

select
    voucher_key,
    (sum(md5_sum) % 1152921504606846976)::bigint as digest
from parts
group by voucher_key
