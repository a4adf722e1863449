-- name: opening_continuity
-- grain: one row per balance account whose opening balance is not last year's closing balance; one
--        row (2000, whatever its accounts are called) for all of equity
-- reads: evidence.class_of, evidence.scope, unit.facts, published.fiscal_year, published.ledger_account,
--        published.opening_balance, published.posting, staged.ledger_account, staged.reported_balance,
--        staged.opening_balance
-- why: what is published for the year before counts first, else what the source reports for it (#UB
--      -1). Equity is one sum, with or without last year's result, which moves into it.
--      It is asked of published years too, so it reads canonical tables alone.
-- units: amounts in the unit's currency, debit positive
-- source: SIE 4B 5.16; R-FIN-15
select
    case
        when previous_count = 0 and previous_closing_count = 0
            then 'nothing is published or reported for the year before'
        when opened_count = 0 then 'the source gives no opening balances'
        when previous_count = 0 and opening_count = 0
            then 'the opening balances are taken from the year before, as the source gives none of its own'
    end as not_applicable
from evidence.scope
cross join (
    select
        count(*) filter (where year_offset = 0 and balance_kind = 'opening') as opening_count,
        count(*) filter (where year_offset = -1 and balance_kind = 'closing') as previous_closing_count
    from staged.reported_balance
)
cross join (select count(*) as opened_count from staged.opening_balance);

with

previous_year as (
    select
        earlier.tenant,
        earlier.fiscal_year
    from published.fiscal_year as earlier
    inner join unit.facts using (tenant)
    where earlier.end_date = facts.start_date - 1
),

closed as (
    select
        account_number,
        sum(amount) as amount
    from (
        select
            opening_balance.account_number,
            opening_balance.amount
        from published.opening_balance
        inner join previous_year using (tenant, fiscal_year)
        union all
        select
            posting.account_number,
            posting.amount
        from published.posting
        inner join previous_year using (tenant, fiscal_year)
        union all
        select
            account_number,
            amount
        from staged.reported_balance
        where
            year_offset = -1
            and balance_kind in ('closing', 'result')
            and not exists (select 1 from previous_year)
    )
    group by account_number
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
        inner join previous_year using (tenant, fiscal_year)
        union all
        select
            account_number,
            account_type
        from staged.ledger_account
    )
    group by account_number
),

carried as (
    select
        account_number,
        amount as closed,
        0 as opened
    from closed
    union all
    select
        account_number,
        0 as closed,
        amount as opened
    from staged.opening_balance
),

classed as (
    select
        account_number,
        carried.closed,
        carried.opened,
        evidence.class_of(account_number, chart.account_type) as account_class
    from carried
    left join chart using (account_number)
),

brought_forward as (
    select
        case when account_class in ('equity', 'result') then '2000' else account_number end as account_number,
        case when account_class = 'result' then 0 else closed end as closed,
        case when account_class = 'result' then closed else 0 end as result,
        opened
    from classed
),

compared as (
    -- Until last year's result is moved, equity opens without it; the opening balances then do not
    -- sum to zero, which is another control's finding.
    select
        account_number,
        case when sum(opened) = sum(closed) then sum(closed) else sum(closed) + sum(result) end as expected,
        sum(opened) as actual
    from brought_forward
    group by account_number
)

select
    'opening_continuity' as control,
    account_number,
    '' as period,
    '' as voucher_key,
    expected,
    actual,
    actual - expected as difference,
    unit.difference_kind(expected, actual) as kind,
    case
        when account_number = '2000' then 'equity (20xx) opens neither with nor without the result of the year before'
        else 'the year does not open with what the year before closed with'
    end as detail
from compared
where expected <> actual
