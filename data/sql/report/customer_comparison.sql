-- name: report.customer_comparison
-- grain: one row per row of the customer's statements, and per line or account of ours that they leave out
-- reads: evidence.customer_comparison, evidence.customer_difference
-- units: amounts in the unit's currency, debit positive; expected = the customer's, actual = ours
-- source: R-FIN-11, R-FIN-12
select
    comparison.kind,
    coalesce(comparison.row_number, 0) as row_number,
    comparison.label,
    comparison.account_number,
    comparison.expected::decimal(38, 2) as expected,
    comparison.actual::decimal(38, 2) as actual,
    coalesce(found.detail, '') as detail,
    comparison.accounts
from evidence.customer_comparison as comparison
left join evidence.customer_difference as found
    on
        comparison.kind = found.kind
        and comparison.row_number is not distinct from found.row_number
        and comparison.label = found.label
        and comparison.account_number = found.account_number
order by comparison.kind, comparison.row_number is null, comparison.row_number, comparison.account_number, comparison.label
