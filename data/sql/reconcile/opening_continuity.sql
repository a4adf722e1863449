-- name: opening_continuity
-- grain: one row per balance account whose opening balance is not last year's closing balance; one
--        row (2000) for all of equity
-- reads: unit.facts, published.fiscal_year, published.opening_balance, published.posting,
--        staged.reported_balance, staged.opening_balance, evidence.account
-- why: what is published for the year before counts first, else what the source reports for it (#UB
--      -1). Equity (BAS 20xx) is one sum together with last year's result, which moves within it.
-- units: amounts in the unit's currency, debit positive
-- source: SIE 4B 5.16; R-FIN-15
with

previous as (
    select count(*) as row_count
    from published.fiscal_year as earlier
    inner join unit.facts using (tenant)
    where earlier.end_date = facts.start_date - 1
),

reported as (
    select
        count(*) filter (where year_offset = 0 and balance_kind = 'opening') as opening_count,
        count(*) filter (where year_offset = -1 and balance_kind = 'closing') as closing_count
    from staged.reported_balance
),

opened as (
    select count(*) as row_count
    from staged.opening_balance
)

select
    case
        when previous.row_count = 0 and reported.closing_count = 0
            then 'nothing is published or reported for the year before'
        when opened.row_count = 0 then 'the source gives no opening balances'
        when previous.row_count = 0 and reported.opening_count = 0
            then 'the opening balances are taken from the year before, as the source gives none of its own'
    end as not_applicable
from previous
cross join reported
cross join opened;

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

side as (
    -- What BAS 3-8 holds at the year's end is result, and result becomes equity.
    select
        account_number,
        case
            when regexp_matches(account_number, '^(20|[3-8])') then '2000'
            else account_number
        end as line,
        amount as expected,
        0 as actual
    from closed
    union all
    select
        account_number,
        case
            when regexp_matches(account_number, '^(20|[3-8])') then '2000'
            else account_number
        end as line,
        0 as expected,
        amount as actual
    from staged.opening_balance
)

select
    'opening_continuity' as control,
    line as account_number,
    '' as period,
    '' as voucher_key,
    sum(expected) as expected,
    sum(actual) as actual,
    sum(actual) - sum(expected) as difference,
    case
        when abs(sum(actual) - sum(expected)) <= 0.01 then 'rounding'
        when sum(actual) = -sum(expected) then 'sign'
        when sum(actual) = 0 then 'missing'
        when sum(expected) = 0 then 'unexpected'
        else 'amount'
    end as kind,
    case
        when line = '2000' then 'equity with last year''s result is not what it opens with'
        else 'the year does not open with what the year before closed with'
    end as detail
from side
group by line
having sum(expected) <> sum(actual)
