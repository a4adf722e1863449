-- name: period_balances
-- grain: one row per account whose reported months do not lead from its opening to its closing balance
-- reads: evidence.glance, staged.reported_balance, evidence.account
-- why: only accounts with a reported month are judged; sources leave out months and accounts
-- units: amounts in the unit's currency, debit positive; months are changes, not running balances
-- source: SIE 4B #PSALDO
select
    case
        when period_count = 0 then 'the source reports no months'
        when closing_count = 0 then 'the source reports no closing balances for the year'
    end as not_applicable
from evidence.glance;

with

months as (
    select
        account_number,
        sum(amount) as amount,
        max(period) as last_period
    from staged.reported_balance
    where year_offset = 0 and balance_kind = 'period' and dimension_number is null
    group by account_number
),

compared as (
    select
        months.account_number,
        months.last_period,
        coalesce(account.closing, account.result, 0) as expected,
        coalesce(account.opening, 0) + months.amount as actual
    from months
    left join evidence.account using (account_number)
)

select
    'period_balances' as control,
    account_number,
    strftime(last_period, '%Y-%m') as period,
    '' as voucher_key,
    expected,
    actual,
    actual - expected as difference,
    case when abs(actual - expected) <= 0.01 then 'rounding' else 'amount' end as kind,
    'opening balance plus the reported months is not the reported balance' as detail
from compared
where expected <> actual
