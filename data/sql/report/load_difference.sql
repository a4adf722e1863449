-- name: report.load_difference
-- grain: one row per voucher that differs between two loads of a fiscal year
-- reads: one.voucher, other.voucher (the books after each of the two)
-- parameters: $limit (vouchers)
-- units: debits are the sum of a voucher's debits, in the year's currency
select
    case
        when one.voucher_key is null then 'added'
        when other.voucher_key is null then 'removed'
        else 'changed'
    end as change,
    coalesce(one.voucher_key, other.voucher_key) as voucher_key,
    one.voucher_date as date_before,
    other.voucher_date as date_after,
    one.debit_sum as debit_before,
    other.debit_sum as debit_after
from one.voucher as one
full join other.voucher as other on one.voucher_key = other.voucher_key
where one.digest is distinct from other.digest
order by change, voucher_key
limit $limit
