-- name: rebuild.vouchers
-- grain: one row per voucher that is put right, as it was published
-- reads: touched, rebuilt.voucher, published.load, published.voucher_change
-- parameters: $fiscal_year
-- why: a voucher's load_id is the load that last wrote it; a rebuild, which is a load that left the
--      digest as it was, writes no news, so that the books as of every earlier load stay what they were
insert into published.voucher by name
with

numbered as (
    select
        load_id,
        load_number
    from published.load
    where fiscal_year = $fiscal_year
    qualify lag(digest) over (order by load_number) is distinct from digest
),

written as (
    select
        voucher_change.voucher_key,
        max_by(voucher_change.load_id, numbered.load_number) as load_id
    from published.voucher_change
    inner join numbered using (load_id)
    where voucher_change.fiscal_year = $fiscal_year and voucher_change.change <> 'removed'
    group by voucher_change.voucher_key
)

select
    voucher.* replace (
        coalesce(written.load_id, (select min_by(load_id, load_number) from numbered)) as load_id
    )
from rebuilt.voucher as voucher
left join written on written.voucher_key = voucher.voucher_key
where
    voucher.fiscal_year = $fiscal_year
    and voucher.voucher_key in (select voucher_key from touched)
