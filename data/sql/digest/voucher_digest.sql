-- name: voucher_digest
-- grain: one row per voucher key
-- reads: voucher_by_voucher, posting_by_voucher, posting_dimension_by_voucher,
--        posting_correction_by_voucher (voucher_key, md5_sum, debit_sum)
-- units: digest is the sum of the rows' 60-bit numbers, modulo 2^60 (an "and" with 2^60 - 1, which
--        is much cheaper); debit_sum is of the booked rows' debits, in the unit's currency;
--        voucher_count is 1, or else the key is no key
create or replace temp table voucher_digest as
with

parts as (
    select
        voucher_key,
        1 as voucher_count,
        (md5_sum & 1152921504606846975)::bigint as number,
        debit_sum
    from voucher_by_voucher
    union all
    select
        voucher_key,
        0 as voucher_count,
        (md5_sum & 1152921504606846975)::bigint as number,
        debit_sum
    from posting_by_voucher
    union all
    select
        voucher_key,
        0 as voucher_count,
        (md5_sum & 1152921504606846975)::bigint as number,
        debit_sum
    from posting_dimension_by_voucher
    union all
    select
        voucher_key,
        0 as voucher_count,
        (md5_sum & 1152921504606846975)::bigint as number,
        debit_sum
    from posting_correction_by_voucher
)

select
    voucher_key,
    (sum(number) & 1152921504606846975)::bigint as digest,
    sum(debit_sum)::decimal(38, 2) as debit_sum,
    sum(voucher_count) as voucher_count
from parts
group by voucher_key
