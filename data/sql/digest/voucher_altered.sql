-- name: voucher_altered
-- grain: one row per voucher whose rows do not fit the digest it was published with
-- reads: voucher_digest (from the rows as they are), published.voucher
-- parameters: $fiscal_year
with

published as (
    select
        voucher_key,
        digest
    from published.voucher
    where fiscal_year = $fiscal_year
)

select coalesce(found.voucher_key, published.voucher_key) as voucher_key
from voucher_digest as found
full outer join published on published.voucher_key = found.voucher_key
where found.digest is distinct from published.digest
order by 1
