-- means: No cash account (191 and what begins with it) is below zero at the end of a month
-- what to do: Look for takings that were booked late, or for a payment booked on the wrong account
with

movement as (
    select
        posting.account_number,
        strftime(voucher.voucher_date, '%Y-%m') as month,
        sum(posting.amount) as amount
    from staged.posting as posting
    inner join staged.voucher as voucher using (voucher_key)
    where posting.account_number like '191%'
    group by all
),

balance as (
    select
        movement.account_number,
        movement.month,
        coalesce(opening.amount, 0)
        + sum(movement.amount) over (partition by movement.account_number order by movement.month) as amount
    from movement
    left join staged.opening_balance as opening using (account_number)
)

select
    account_number as account,
    month,
    0 as expected,
    amount as actual,
    'cash is below zero at the end of the month' as message
from balance
where amount < 0
