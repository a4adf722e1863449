-- name: missing_evidence
-- grain: one row per kind of evidence that the source should give and does not, or per booked account
--        that no reported balance covers
-- reads: evidence.glance, evidence.account, unit.facts, staged.reported_balance,
--        staged.reported_fiscal_year, staged.source_balance
-- why: silence is not proof. Zero balances may be left out, so only a kind that is absent as a whole
--      counts, and a first year rightly opens with nothing. A source that is summed by the month gives
--      a report of its accounts in place of balances, without which no deletion shows by a sum
-- source: SIE 4B 5.16, 5.17
select
    coalesce(
        not_whole_year,
        case when not facts.reports_balances and facts.balances_by <> 'month' then
            'sources of this kind report no balances; the rows that they declare prove them whole'
        end
    ) as not_applicable,
    case when facts.balances_by = 'month' then answered.row_count > 0 else
        opening_count > 0
        and closing_count > 0
        and (result_count > 0 or booked_result_count = 0)
        and uncovered_count = 0
    end as passes
from evidence.glance
cross join unit.facts
cross join (select count(*) as row_count from staged.source_balance) as answered;

with

reported as (
    select
        count(*) filter (where year_offset = 0 and balance_kind = 'closing') as closing_count,
        count(*) filter (where year_offset = 0 and balance_kind = 'result') as result_count,
        count(*) filter (where year_offset = 0 and balance_kind = 'opening') as opening_count
    from staged.reported_balance
),

booked as (
    select
        count(*) filter (where side = 'result' and posting_count > 0) as result_count
    from evidence.account
),

earlier_year as (
    select count(*) as row_count
    from staged.reported_fiscal_year
    where year_offset = -1
),

finding as (
    select
        '' as account_number,
        'the source reports no closing balances (#UB) for the year' as detail
    from reported
    where closing_count = 0
    union all
    select
        '' as account_number,
        'the source reports no results (#RES), though ' || booked.result_count
        || ' result accounts are booked' as detail
    from reported
    cross join booked
    where reported.result_count = 0 and booked.result_count > 0
    union all
    select
        '' as account_number,
        'the source gives no opening balances (#IB), though it has an earlier year' as detail
    from reported
    cross join earlier_year
    where reported.opening_count = 0 and earlier_year.row_count > 0
    union all
    select
        account_number,
        'booked, outside the classes 1-8, and in no reported balance' as detail
    from evidence.account
    where posting_count > 0 and not is_balance and not is_result
)

select
    'missing_evidence' as control,
    account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'missing' as kind,
    detail
from finding
cross join unit.facts
where facts.balances_by <> 'month'
union all
select
    'missing_evidence' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'missing' as kind,
    'the source gave no report of its accounts that could be used, so all its vouchers are listed' as detail
from unit.facts
where facts.balances_by = 'month' and not exists (select 1 from staged.source_balance)
