-- name: summary_outdated
-- grain: one row per month with VAT whose summary of it is older than its newest voucher, or not made yet
-- reads: evidence.glance, unit.facts
-- why: such a month is not judged by month_balance and month_vat before the summary is made again, and
--      its VAT is that of earlier vouchers, or is on no account, so that the books do not sum to zero
-- source: support.procountor.fi 360000240898
select
    coalesce(
        no_vouchers,
        case when facts.balances_by <> 'month' then 'this source books no summaries of VAT' end
    ) as not_applicable,
    facts.outdated_months = '' as passes
from evidence.glance
cross join unit.facts;

select
    'summary_outdated' as control,
    '' as account_number,
    period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'timing' as kind,
    'the month''s summary of VAT is older than its newest voucher, or not made yet' as detail
from (select unnest(string_split(outdated_months, ' ')) as period from unit.facts)
where period <> ''
