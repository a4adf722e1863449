-- name: moved_into_period
-- grain: one row per staged voucher that is published with a date outside of the period
-- reads: unit.facts, staged.voucher, published.voucher
-- why: only a load that covers both dates knows that it is the same voucher, and may move it
select voucher.voucher_key
from published.voucher as voucher
inner join unit.facts as facts on facts.fiscal_year = voucher.fiscal_year
where
    voucher.voucher_date not between facts.first_covered and facts.last_covered
    and voucher.voucher_key in (select staged_voucher.voucher_key from staged.voucher as staged_voucher)
order by voucher.voucher_key
