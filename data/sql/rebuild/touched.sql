-- name: rebuild.touched
-- grain: one row per voucher of the year that is not as it was published
-- reads: found (what the rows add up to as they are), published.voucher, rebuilt.voucher
-- parameters: $fiscal_year
create or replace temp table touched as
with

as_they_are as (
    select
        found.voucher_key,
        found.digest,
        voucher.digest as said_digest,
        voucher.debit_sum as said_debits
    from found
    left join published.voucher as voucher
        on voucher.voucher_key = found.voucher_key and voucher.fiscal_year = $fiscal_year
),

as_published as (
    select
        voucher_key,
        digest,
        debit_sum
    from rebuilt.voucher
    where fiscal_year = $fiscal_year
)

select
    coalesce(as_published.voucher_key, as_they_are.voucher_key) as voucher_key,
    case
        when as_they_are.voucher_key is null then 'added'
        when as_published.voucher_key is null then 'removed'
        else 'changed'
    end as change
from as_published
full outer join as_they_are on as_they_are.voucher_key = as_published.voucher_key
where
    as_published.digest is distinct from as_they_are.digest
    or as_published.digest is distinct from as_they_are.said_digest
    or as_published.debit_sum is distinct from as_they_are.said_debits
