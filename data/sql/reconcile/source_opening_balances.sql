-- name: source_opening_balances
-- grain: one row per account that does not open with the balance of the source's list of accounts
-- reads: staged.source_balance, staged.opening_balance
-- why: the list is asked for apart from the ledger; zero and absent are the same statement, since
--      systems differ in whether they print zero balances
-- units: amounts in the unit's currency, debit positive
-- source: R-FIN-15; Fortnox: accounts, BalanceBroughtForward
select
    case when count(*) = 0 then
        'the source was not asked for its opening balances'
    end as not_applicable
from staged.source_balance
where balance_kind = 'opening';

with

listed as (
    select
        account_number,
        sum(amount) as amount
    from staged.source_balance
    where balance_kind = 'opening'
    group by account_number
),

came as (
    select
        account_number,
        sum(amount) as amount
    from staged.opening_balance
    group by account_number
),

compared as (
    select
        account_number,
        coalesce(listed.amount, 0) as expected,
        coalesce(came.amount, 0) as actual
    from listed
    full join came using (account_number)
)

select
    'source_opening_balances' as control,
    account_number,
    '' as period,
    '' as voucher_key,
    expected,
    actual,
    actual - expected as difference,
    case
        when actual = -expected then 'sign'
        when actual = 0 then 'missing'
        when expected = 0 then 'unexpected'
        else 'amount'
    end as kind,
    'the ledger does not open with what the source''s list of accounts says' as detail
from compared
where expected <> actual
