-- name: evidence.series
-- grain: one row per voucher series with numbered vouchers
-- reads: staged.voucher
-- why: a series whose numbers are plain, all different and as many as lie between its first and its
--      last has neither gap nor duplicate, and needs no closer look
with

numbered as (
    select
        voucher_series,
        voucher_number,
        try_cast(voucher_number as bigint) as number
    from staged.voucher
    where voucher_number <> ''
)

select
    voucher_series,
    count(*) as voucher_count,
    count(distinct voucher_number) as distinct_count,
    count(*) filter (where number::varchar = voucher_number) as plain_count,
    count(number) as number_count,
    coalesce(max(number) - min(number) + 1, 0) as span
from numbered
group by voucher_series
