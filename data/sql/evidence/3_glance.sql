-- name: evidence.glance
-- grain: one row
-- reads: evidence.scope, evidence.account, evidence.series, evidence.voucher_total,
--        evidence.read_back, unit.facts, unit.staged_table, staged.reported_balance, staged.voucher, staged.diagnostic
-- why: most loads have nothing to find, and these figures show it for most controls at once: where a
--      count of something wrong is zero, its control need not look for it
-- units: sums in the unit's currency, debit positive
with

reported as (
    select
        count(*) filter (where year_offset = 0 and balance_kind = 'opening') as opening_count,
        count(*) filter (where year_offset = 0 and balance_kind = 'closing') as closing_count,
        count(*) filter (where year_offset = 0 and balance_kind = 'closing' and amount <> 0) as filled_closing_count,
        count(*) filter (where year_offset = 0 and balance_kind = 'result') as result_count,
        count(*) filter (where year_offset = 0 and balance_kind = 'period') as period_count,
        count(*) filter (where year_offset = -1 and balance_kind = 'closing') as previous_closing_count,
        count(*) filter (where balance_kind = 'closing') as any_closing_count,
        count(*) filter (where balance_kind = 'result') as any_result_count
    from staged.reported_balance
),

account as (
    select
        count(opening) as opened_account_count,
        count(closing) as closing_account_count,
        count(result) as result_account_count,
        coalesce(sum(opening), 0) as opening_sum,
        coalesce(sum(coalesce(closing, result)), 0) as reported_sum,
        count(*) filter (where side = 'result' and posting_count > 0) as booked_result_count,
        count(*) filter (where side = 'result' and movement <> 0 and closing is null) as moved_result_count,
        count(*) filter (where posting_count > 0 and not is_balance and not is_result) as uncovered_count,
        count(*) filter (where not is_in_chart and (posting_count > 0 or opening <> 0)) as unknown_count,
        count(*) filter (
            where is_balance and coalesce(opening, 0) + coalesce(movement, 0) <> coalesce(closing, 0)
        ) as balance_difference_count,
        count(*) filter (where is_result and coalesce(movement, 0) <> coalesce(result, 0)) as result_difference_count
    from evidence.account
),

series as (
    select
        coalesce(sum(voucher_count), 0) as numbered_count,
        coalesce(sum(number_count), 0) as number_count,
        count(*) filter (where distinct_count < voucher_count) as repeating_count,
        count(*) filter (where plain_count < voucher_count or span <> distinct_count) as odd_count
    from evidence.series
),

voucher_total as (
    select
        count(*) filter (where amount <> 0) as unbalanced_count,
        min(first_date) as first_date,
        max(last_date) as last_date
    from evidence.voucher_total
),

voucher as (
    select
        count(*) as voucher_count,
        min(voucher_date) as first_date,
        max(voucher_date) as last_date
    from staged.voucher
),

diagnostic as (
    select
        count(*) filter (where level = 'error') as error_count,
        count(*) filter (where level = 'warning') as warning_count
    from staged.diagnostic
),

read_back as (
    select
        count(*) filter (
            where staged_table.row_count is distinct from read_back.row_count
            or staged_table.amount_sum is distinct from read_back.amount_sum
        ) as miscounted_count,
        sum(read_back.row_count) filter (
            where table_name in ('voucher', 'posting', 'posting_correction')
        ) as line_count,
        sum(read_back.row_count) filter (where table_name = 'posting_dimension') as dimension_count
    from evidence.read_back
    left join unit.staged_table using (table_name)
)

-- Each side is one row. Put side by side they are planned in half the time that a cross join takes.
select
    scope.no_vouchers,
    scope.not_whole_year,
    scope.replaces_nothing,
    scope.nothing_published,
    scope.previous_count,
    scope.later_count,
    scope.year_fits,
    reported.opening_count,
    reported.closing_count,
    reported.filled_closing_count,
    reported.result_count,
    reported.period_count,
    reported.previous_closing_count,
    reported.any_closing_count,
    reported.any_result_count,
    account.opened_account_count,
    account.closing_account_count,
    account.result_account_count,
    account.opening_sum,
    account.reported_sum,
    account.booked_result_count,
    account.moved_result_count,
    account.uncovered_count,
    account.unknown_count,
    account.balance_difference_count,
    account.result_difference_count,
    series.numbered_count,
    series.number_count,
    series.repeating_count,
    series.odd_count,
    voucher_total.unbalanced_count,
    voucher.voucher_count,
    coalesce(least(voucher.first_date, voucher_total.first_date) < facts.start_date, false)
    or coalesce(greatest(voucher.last_date, voucher_total.last_date) > facts.end_date, false)
        as has_outside_dates,
    facts.error_count + diagnostic.error_count as error_count,
    diagnostic.warning_count,
    read_back.dimension_count,
    read_back.miscounted_count = 0
    and (
        facts.fast_rows + facts.exact_rows = 0
        or facts.fast_rows + facts.exact_rows - facts.set_aside_rows = read_back.line_count
    ) as is_counted_alike
from unit.facts
positional join evidence.scope
positional join reported
positional join account
positional join series
positional join voucher_total
positional join voucher
positional join diagnostic
positional join read_back
