-- name: evidence.account
-- grain: one row per account that is booked, opened or reported in the unit's year
-- reads: evidence.class_of, evidence.movement, staged.opening_balance, staged.reported_balance, staged.ledger_account
-- why: which side an account is proven on. The balance side: the source carries it (#IB, #UB), or
--      it is of that class (evidence.class_of). The result side: the source reports a result for it
--      (#RES), or it is of that class and the source does not carry it. Some sources report result
--      accounts under #UB too, and then both hold.
-- units: amounts in the unit's currency, debit positive; NULL = the source is silent
with

movement as (
    select
        account_number,
        sum(amount) as amount,
        sum(posting_count) as posting_count
    from evidence.movement
    group by account_number
),

opening as (
    select
        account_number,
        sum(amount) as amount
    from staged.opening_balance
    group by account_number
),

reported as (
    select
        account_number,
        sum(amount) filter (where balance_kind = 'closing') as closing,
        sum(amount) filter (where balance_kind = 'result') as result
    from staged.reported_balance
    where year_offset = 0 and balance_kind in ('closing', 'result')
    group by account_number
),

chart as (
    select
        account_number,
        any_value(account_type) as account_type
    from staged.ledger_account
    group by account_number
),

joined as (
    select
        account_number,
        opening.amount as opening,
        movement.amount as movement,
        coalesce(movement.posting_count, 0) as posting_count,
        reported.closing,
        reported.result,
        replace(evidence.class_of(account_number, chart.account_type), 'equity', 'balance') as side,
        chart.account_number is not null as is_in_chart
    from movement
    full join opening using (account_number)
    full join reported using (account_number)
    left join chart using (account_number)
)

select
    account_number,
    opening,
    movement,
    posting_count,
    closing,
    result,
    side,
    is_in_chart,
    coalesce(opening is not null or closing is not null or side = 'balance', false) as is_balance,
    coalesce(result is not null or (side = 'result' and closing is null), false) as is_result
from joined
