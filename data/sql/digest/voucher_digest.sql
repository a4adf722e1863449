-- name: voucher_digest
-- grain: one row per voucher
-- reads: voucher_by_voucher, posting_by_voucher, posting_dimension_by_voucher,
--        posting_correction_by_voucher (voucher_key, md5_sum, debit_sum)
-- units: digest is the sum of the rows' 60-bit numbers, modulo 2^60; debit_sum is of the booked
--        rows' debits, in the unit's currency
create or replace temp table voucher_digest as
with

parts as (
    select voucher_key, md5_sum, debit_sum from voucher_by_voucher
    union all
    select voucher_key, md5_sum, debit_sum from posting_by_voucher
    union all
    select voucher_key, md5_sum, debit_sum from posting_dimension_by_voucher
    union all
    select voucher_key, md5_sum, debit_sum from posting_correction_by_voucher
)

select
    voucher_key,
    (sum(md5_sum) % 1152921504606846976)::bigint as digest,
    sum(debit_sum)::decimal(38, 2) as debit_sum
from parts
group by voucher_key
