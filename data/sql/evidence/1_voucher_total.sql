-- name: evidence.voucher_total
-- grain: one row per voucher with booked rows
-- reads: staged.posting
-- why: one pass over the rows serves every control that asks about vouchers
-- units: amount in the unit's currency, debit positive
select
    voucher_key,
    sum(amount) as amount,
    count(*) as posting_count,
    min(posting_date) as first_date,
    max(posting_date) as last_date
from staged.posting
group by voucher_key
