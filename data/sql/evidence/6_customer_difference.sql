-- name: evidence.customer_difference
-- grain: one row per row of evidence.customer_comparison on which the customer and the books differ
-- reads: evidence.customer_comparison, unit.customer_statement, staged.posting, staged.voucher
-- why: a row in thousands agrees within half of its unit. What may be the cause is a guess and says so: one
--      voucher after the statement's day that the customer's figure may hold already, one registered
--      after it that only ours holds, or one account that the customer may show in another row
-- units: amounts in the unit's currency, debit positive; expected = the customer's, actual = ours
-- source: R-FIN-11, R-FIN-12, R-FIN-15
with

differing as (
    select
        row_number() over () as place,
        comparison.*,
        coalesce(comparison.actual, 0) - comparison.expected as difference,
        customer_statement.as_of
    from evidence.customer_comparison as comparison
    inner join unit.customer_statement using (kind)
    where
        2 * abs(coalesce(comparison.actual, 0) - comparison.expected)
        > case when customer_statement.unit > 1 then customer_statement.unit else 0 end
),

account_of as (
    select
        place,
        kind,
        difference,
        as_of,
        account_number
    from differing
    where account_number <> ''
    union
    select
        place,
        kind,
        difference,
        as_of,
        unnest(accounts).account_number as account_number
    from differing
    where account_number = ''
),

voucher_amount as (
    select
        account_of.place,
        account_of.difference,
        account_of.as_of,
        voucher.voucher_key,
        any_value(voucher.voucher_series) as voucher_series,
        any_value(voucher.voucher_number) as voucher_number,
        any_value(voucher.voucher_date) as voucher_date,
        any_value(voucher.registered_on) as registered_on,
        sum(posting.amount) as amount
    from account_of
    inner join staged.posting using (account_number)
    inner join staged.voucher using (voucher_key)
    where voucher.voucher_date > account_of.as_of or voucher.registered_on > account_of.as_of
    group by account_of.place, account_of.difference, account_of.as_of, voucher.voucher_key
),

likely_voucher as (
    select
        place,
        arg_min(
            'voucher ' || trim(voucher_series || ' ' || voucher_number) || ' of ' || voucher_date
            || case
                when voucher_date > as_of then ' is in it already'
                else ', registered on ' || registered_on || ', is not in it'
            end,
            (voucher_date, voucher_key)
        ) as words
    from voucher_amount
    where
        (amount = -difference and voucher_date > as_of)
        or (amount = difference and voucher_date <= as_of and registered_on > as_of)
    group by place
),

-- what two rows differ by, the one more and the other less, and one account of ours has
moved_account as (
    select
        differing.place,
        any_value(account.account_number) as account_number
    from differing
    inner join differing as other
        on differing.kind = other.kind and differing.difference = -other.difference and differing.place <> other.place
    cross join unnest(list_concat(differing.accounts, other.accounts)) as accounts (account)
    where differing.account_number = '' and abs(account.amount) = abs(differing.difference)
    group by differing.place
    having count(*) = 1
)

select
    differing.kind,
    differing.row_number,
    differing.label,
    differing.account_number,
    differing.expected,
    differing.actual,
    differing.difference,
    differing.accounts,
    case
        when differing.finding <> 'amount' then differing.finding
        when differing.actual is null then 'missing'
        when differing.actual = -differing.expected then 'sign'
        else 'amount'
    end as finding,
    case differing.finding
        when 'mapping_gap' then
            'row ' || differing.row_number || ', ' || differing.label
            || ': which line it is, neither its name nor a total over it says'
        when 'unexpected' then
            case
                when differing.account_number <> '' then 'the account'
                when differing.label = '' then 'accounts without a place'
                else 'line ' || replace(differing.label, '_', ' ')
            end
            || ': the books have an amount, the statement has no such row'
        else
            'row ' || differing.row_number || coalesce(', ' || nullif(differing.label, ''), '')
            || ', as of ' || differing.as_of
            || case when differing.actual is null then ': the books have no such account' else '' end
    end
    || coalesce(
        '; perhaps ' || coalesce(
            likely_voucher.words, 'account ' || moved_account.account_number || ' is in another row of the statement'
        ) || ' (a guess)',
        ''
    ) as detail
from differing
left join likely_voucher using (place)
left join moved_account using (place)
