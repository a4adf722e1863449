-- name: change_list
-- grain: one row per voucher that the staged unit adds, changes or removes
-- reads: touched, unit.facts, staged.voucher, staged.posting, published.voucher, published.posting
-- units: debits are the sum of a voucher's debits, in the unit's currency
with

debit_before as (
    select
        posting.voucher_key,
        sum(case when posting.amount > 0 then posting.amount else 0 end) as debit
    from published.posting as posting
    inner join unit.facts as facts on facts.fiscal_year = posting.fiscal_year
    where posting.voucher_key in (select voucher_key from touched)
    group by posting.voucher_key
),

debit_after as (
    select
        voucher_key,
        sum(case when amount > 0 then amount else 0 end) as debit
    from staged.posting
    where voucher_key in (select voucher_key from touched)
    group by voucher_key
),

before as (
    select
        voucher.voucher_key,
        voucher.voucher_series,
        voucher.voucher_number,
        voucher.voucher_date,
        coalesce(debit_before.debit, 0)::decimal(18, 2) as debit
    from published.voucher as voucher
    inner join unit.facts as facts on facts.fiscal_year = voucher.fiscal_year
    left join debit_before on debit_before.voucher_key = voucher.voucher_key
    where voucher.voucher_key in (select voucher_key from touched)
),

after as (
    select
        voucher.voucher_key,
        voucher.voucher_series,
        voucher.voucher_number,
        voucher.voucher_date,
        coalesce(debit_after.debit, 0)::decimal(18, 2) as debit
    from staged.voucher as voucher
    left join debit_after on debit_after.voucher_key = voucher.voucher_key
    where voucher.voucher_key in (select voucher_key from touched)
)

select
    touched.change,
    touched.voucher_key,
    coalesce(after.voucher_series, before.voucher_series) as voucher_series,
    coalesce(after.voucher_number, before.voucher_number) as voucher_number,
    before.voucher_date as date_before,
    after.voucher_date as date_after,
    before.debit as debit_before,
    after.debit as debit_after
from touched
left join before on before.voucher_key = touched.voucher_key
left join after on after.voucher_key = touched.voucher_key
