-- name: source_closing_balances
-- grain: one row per account whose opening balance and movements are not the closing balance that the
--        source answers for it
-- reads: staged.source_balance, evidence.account
-- why: asked for account by account, at a first transfer, at year end or on demand; an account that
--      was not asked about proves nothing
-- units: amounts in the unit's currency, debit positive
-- source: R-FIN-15; Fortnox: a single account, BalanceCarriedForward
select
    case when count(*) = 0 then
        'the source was not asked for its closing balances'
    end as not_applicable
from staged.source_balance
where balance_kind = 'closing';

with

answered as (
    select
        account_number,
        sum(amount) as amount
    from staged.source_balance
    where balance_kind = 'closing'
    group by account_number
),

compared as (
    select
        answered.account_number,
        answered.amount as expected,
        coalesce(account.opening, 0) + coalesce(account.movement, 0) as actual
    from answered
    left join evidence.account using (account_number)
)

select
    'source_closing_balances' as control,
    account_number,
    '' as period,
    '' as voucher_key,
    expected,
    actual,
    actual - expected as difference,
    unit.difference_kind(expected, actual) as kind,
    'opening balance and movements do not lead to what the source says' as detail
from compared
where expected <> actual
