-- name: outside_period
-- grain: one row per staged voucher that is dated outside of the period that the load covers
-- reads: unit.facts, staged.voucher
select voucher.voucher_key
from staged.voucher as voucher
cross join unit.facts as facts
where voucher.voucher_date not between facts.first_covered and facts.last_covered
order by voucher.voucher_key
