-- name: touched
-- grain: one row per voucher that the staged unit adds, changes or removes; what lies outside of the
--        days that it covers stays
-- reads: unit.facts, staged.voucher_digest, published.voucher
-- why: what a publication does is decided by this text, over files and in PostgreSQL
with

before as (
    select
        voucher.voucher_key,
        voucher.digest
    from published.voucher as voucher
    inner join unit.facts as facts on facts.fiscal_year = voucher.fiscal_year
    where voucher.voucher_date between facts.first_covered and facts.last_covered
)

select
    coalesce(after.voucher_key, before.voucher_key) as voucher_key,
    case
        when before.voucher_key is null then 'added'
        when after.voucher_key is null then 'removed'
        else 'changed'
    end as change
from staged.voucher_digest as after
full outer join before on before.voucher_key = after.voucher_key
where before.digest is distinct from after.digest
