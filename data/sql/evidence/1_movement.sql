-- name: evidence.movement
-- grain: one row per account and month with booked rows
-- reads: staged.posting, staged.voucher
-- why: a voucher lies in the month of its voucher date; rows may carry dates of their own, but
--      only whole vouchers keep every month in balance
-- units: amount in the unit's currency, debit positive; period = first day of the month
select
    posting.account_number,
    date_trunc('month', coalesce(voucher.voucher_date, posting.posting_date))::date as period,
    sum(posting.amount) as amount,
    count(*) as posting_count
from staged.posting
left join staged.voucher using (voucher_key)
group by all
