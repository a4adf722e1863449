-- name: published_balances
-- grain: one row per account and balance (opening, month, closing, result) on which a source without
--        vouchers differs from what is published; one row per kind of balance that it leaves out
-- reads: evidence.class_of, evidence.glance, unit.facts, published.opening_balance, published.posting, published.voucher,
--        published.ledger_account, staged.reported_balance, staged.ledger_account
-- why: a source of balances says where the books stood on a day, so the published vouchers up to that
--      day are added up and held against it. A zero balance and no balance are the same statement.
--      Sources leave out months, so a silent month counts only where an account's months lead to its
--      reported balance
-- units: amounts in the unit's currency, debit positive. Expected: as reported, actual: as published (months:
--        changes, not running balances)
-- source: SIE 4B #OMFATTN, #IB, #UB, #RES, #PSALDO, 5.17
select
    coalesce(
        case when facts.coverage <> 'evidence' then
            'the source brings vouchers of its own, which are judged by themselves'
        end,
        nothing_published,
        case when closing_count + result_count = 0 then
            'the source reports no closing balances and no results for the year'
        end,
        case when facts.balances_up_to < facts.start_date then
            'the source gives balances as of ' || facts.balances_up_to || ', before the year begins'
        end
    ) as not_applicable
from evidence.glance
cross join unit.facts;

with

year as (
    select
        tenant,
        fiscal_year,
        start_date,
        end_date,
        least(balances_up_to, end_date) as as_of
    from unit.facts
),

published_opening as (
    select
        opening_balance.account_number,
        sum(opening_balance.amount) as amount
    from published.opening_balance
    inner join year using (tenant, fiscal_year)
    group by opening_balance.account_number
),

booked as (
    -- One dated outside its year (a person may have accepted that) lies in its first or last month.
    select
        posting.account_number,
        posting.amount,
        least(greatest(voucher.voucher_date, year.start_date), year.end_date) as voucher_date
    from published.posting
    inner join published.voucher using (tenant, fiscal_year, voucher_key)
    inner join year using (tenant, fiscal_year)
),

published_month as (
    select
        account_number,
        date_trunc('month', voucher_date)::date as period,
        sum(amount) as amount
    from booked
    where voucher_date <= (select as_of from year)
    group by all
),

published_movement as (
    select
        account_number,
        sum(amount) as amount
    from published_month
    group by account_number
),

reported as (
    select
        account_number,
        sum(amount) filter (where balance_kind = 'opening') as opening,
        sum(amount) filter (where balance_kind = 'closing') as closing,
        sum(amount) filter (where balance_kind = 'result') as result
    from staged.reported_balance
    where year_offset = 0 and balance_kind in ('opening', 'closing', 'result')
    group by account_number
),

reported_month as (
    select
        account_number,
        period,
        sum(amount) as amount
    from staged.reported_balance
    where
        year_offset = 0
        and balance_kind = 'period'
        and dimension_number is null
        and period <= (select as_of from year)
    group by account_number, period
),

chart as (
    select
        account_number,
        any_value(account_type) as account_type
    from (
        select
            ledger_account.account_number,
            ledger_account.account_type
        from published.ledger_account
        inner join year using (tenant, fiscal_year)
        union all
        select
            account_number,
            account_type
        from staged.ledger_account
    )
    group by account_number
),

joined as (
    select
        account_number,
        reported.opening,
        reported.closing,
        reported.result,
        published_opening.account_number is not null as is_opened,
        coalesce(published_opening.amount, 0) as published_opening,
        coalesce(published_movement.amount, 0) as published_movement,
        replace(evidence.class_of(account_number, chart.account_type), 'equity', 'balance') as side
    from published_opening
    full join published_movement using (account_number)
    full join reported using (account_number)
    left join chart using (account_number)
),

account as (
    -- The sides of evidence.account.
    select
        account_number,
        opening,
        closing,
        result,
        published_opening,
        published_movement,
        is_opened or opening is not null or closing is not null or side = 'balance' as is_balance,
        result is not null or (side = 'result' and closing is null) as is_result
    from joined
),

whole_month as (
    -- Accounts whose months lead to their balance leave out none that moved.
    select reported_month.account_number
    from reported_month
    inner join account using (account_number)
    group by reported_month.account_number, account.opening, account.closing, account.result
    having coalesce(account.opening, 0) + sum(reported_month.amount) = coalesce(account.closing, account.result, 0)
),

month as (
    select
        account_number,
        period,
        coalesce(reported_month.amount, 0) as expected,
        coalesce(published_month.amount, 0) as actual
    from reported_month
    full join published_month using (account_number, period)
    where
        reported_month.amount is not null
        or account_number in (select account_number from whole_month)
),

compared as (
    select
        account_number,
        year.start_date as period,
        coalesce(opening, 0) as expected,
        published_opening as actual,
        'the year opens with another balance than the source reports' as detail
    from account
    cross join year
    cross join evidence.glance
    where glance.opening_count > 0
    union all
    select
        account_number,
        period,
        expected,
        actual,
        'the published vouchers of the month do not come to the change that the source reports' as detail
    from month
    union all
    select
        account_number,
        year.as_of as period,
        coalesce(closing, 0) as expected,
        published_opening + published_movement as actual,
        'the published vouchers up to ' || year.as_of || ' do not come to the closing balance that the source reports'
            as detail
    from account
    cross join year
    cross join evidence.glance
    where is_balance and glance.closing_count > 0
    union all
    select
        account_number,
        year.as_of as period,
        coalesce(result, 0) as expected,
        published_movement as actual,
        'the published vouchers up to ' || year.as_of || ' do not come to the result that the source reports' as detail
    from account
    cross join year
    cross join evidence.glance
    where is_result and glance.result_count > 0
),

left_out as (
    select 'the source reports no closing balances (#UB); ' || count(*) || ' published accounts have one' as detail
    from account
    cross join evidence.glance
    where glance.closing_count = 0 and is_balance and published_opening + published_movement <> 0
    having count(*) > 0
    union all
    select 'the source reports no results (#RES); ' || count(*) || ' published accounts have one' as detail
    from account
    cross join evidence.glance
    where glance.result_count = 0 and is_result and published_movement <> 0
    having count(*) > 0
)

select
    'published_balances' as control,
    account_number,
    strftime(period, '%Y-%m') as period,
    '' as voucher_key,
    expected,
    actual,
    actual - expected as difference,
    unit.difference_kind(expected, actual) as kind,
    detail
from compared
where expected <> actual
union all
select
    'published_balances' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null as expected,
    null as actual,
    null as difference,
    'missing' as kind,
    detail
from left_out
