-- name: rebuild.changes
-- grain: one row per voucher that is put right
-- reads: touched, published.voucher, rebuilt.voucher
-- parameters: $tenant, $fiscal_year, $load_id
-- units: debits are the sum of a voucher's debits, in the unit's currency, as its row said
insert into published.voucher_change by name
with

before as (
    select
        voucher_key,
        any_value(voucher_series) as voucher_series,
        any_value(voucher_number) as voucher_number,
        any_value(voucher_date) as voucher_date,
        any_value(debit_sum) as debit_sum
    from published.voucher
    where fiscal_year = $fiscal_year and voucher_key in (select voucher_key from touched)
    group by voucher_key
),

after as (
    select
        voucher_key,
        voucher_series,
        voucher_number,
        voucher_date,
        debit_sum
    from rebuilt.voucher
    where fiscal_year = $fiscal_year and voucher_key in (select voucher_key from touched)
)

select
    $tenant as tenant,
    $fiscal_year as fiscal_year,
    $load_id as load_id,
    touched.change,
    touched.voucher_key,
    coalesce(after.voucher_series, before.voucher_series, '') as voucher_series,
    coalesce(after.voucher_number, before.voucher_number, '') as voucher_number,
    before.voucher_date as date_before,
    after.voucher_date as date_after,
    before.debit_sum as debit_before,
    after.debit_sum as debit_after
from touched
left join before on before.voucher_key = touched.voucher_key
left join after on after.voucher_key = touched.voucher_key
