-- name: evidence.read_back
-- grain: one row per canonical table
-- reads: staged.*
-- why: what the staged files hold now, for the comparison with what was counted on the way in
-- units: amount_sum in the unit's currency, debit positive, 0 for a table without amounts
select 'fiscal_year' as table_name, count(*) as row_count, 0 as amount_sum from staged.fiscal_year
union all
select 'ledger_account' as table_name, count(*) as row_count, 0 as amount_sum from staged.ledger_account
union all
select 'voucher' as table_name, count(*) as row_count, 0 as amount_sum from staged.voucher
union all
select 'posting' as table_name, count(*) as row_count, coalesce(sum(amount), 0) as amount_sum from staged.posting
union all
select 'posting_dimension' as table_name, count(*) as row_count, 0 as amount_sum from staged.posting_dimension
union all
select 'posting_correction' as table_name, count(*) as row_count, coalesce(sum(amount), 0) as amount_sum
from staged.posting_correction
union all
select 'opening_balance' as table_name, count(*) as row_count, coalesce(sum(amount), 0) as amount_sum
from staged.opening_balance
union all
select 'reported_balance' as table_name, count(*) as row_count, coalesce(sum(amount), 0) as amount_sum
from staged.reported_balance
union all
select 'reported_fiscal_year' as table_name, count(*) as row_count, 0 as amount_sum from staged.reported_fiscal_year
union all
select 'dimension' as table_name, count(*) as row_count, 0 as amount_sum from staged.dimension
union all
select 'dimension_object' as table_name, count(*) as row_count, 0 as amount_sum from staged.dimension_object
