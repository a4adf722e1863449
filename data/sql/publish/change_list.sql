-- name: change_list
-- grain: one row per voucher that the staged unit adds, changes or removes
-- reads: touched, unit.facts, staged.voucher, staged.voucher_digest, published.voucher
-- units: debits are the sum of a voucher's debits, in the unit's currency
with

before as (
    select
        voucher.voucher_key,
        voucher.voucher_series,
        voucher.voucher_number,
        voucher.voucher_date,
        voucher.debit_sum
    from published.voucher as voucher
    inner join unit.facts as facts on facts.fiscal_year = voucher.fiscal_year
    where voucher.voucher_key in (select voucher_key from touched)
),

after as (
    select
        voucher.voucher_key,
        voucher.voucher_series,
        voucher.voucher_number,
        voucher.voucher_date,
        digests.debit_sum
    from staged.voucher as voucher
    inner join staged.voucher_digest as digests on digests.voucher_key = voucher.voucher_key
    where voucher.voucher_key in (select voucher_key from touched)
)

select
    touched.change,
    touched.voucher_key,
    coalesce(after.voucher_series, before.voucher_series) as voucher_series,
    coalesce(after.voucher_number, before.voucher_number) as voucher_number,
    before.voucher_date as date_before,
    after.voucher_date as date_after,
    before.debit_sum as debit_before,
    after.debit_sum as debit_after
from touched
left join before on before.voucher_key = touched.voucher_key
left join after on after.voucher_key = touched.voucher_key
