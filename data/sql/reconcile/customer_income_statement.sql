-- name: customer_income_statement
-- grain: one row per row of the customer's income statement on which it differs from the books, one when it is
--        waited for
-- reads: unit.customer_statement, evidence.customer_difference
-- why: the first transfer is right when the customer's own income statement says the same, line by line; it is
--      independent of what was fetched
-- source: R-FIN-11
select
    case
        when count(*) = 0 then 'the customer''s income statement is not asked for'
    end as not_applicable,
    null::boolean as passes
from unit.customer_statement
where kind = 'income_statement';

select
    'customer_income_statement' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'missing' as kind,
    'waiting for the customer''s income statement of the year' as detail
from unit.customer_statement
where kind = 'income_statement' and as_of is null
union all by name
select
    'customer_income_statement' as control,
    account_number,
    '' as period,
    '' as voucher_key,
    expected,
    actual,
    difference,
    finding as kind,
    detail
from evidence.customer_difference
where kind = 'income_statement'
