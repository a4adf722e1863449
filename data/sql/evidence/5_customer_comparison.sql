-- name: evidence.customer_comparison
-- grain: one row per row of the customer's statements, and per line, or for statements by accounts per
--        account, of ours that they leave out
-- reads: unit.customer_statement, unit.customer_row, unit.account_place, unit.facts, evidence.account,
--        staged.posting, staged.voucher
-- why: ours is cut to the statement's own time: balances on its day, movements between its days. The
--      account map says on which statement and line an account is, the tenant's own places before
--      the scheme's, as the published statements do. In an open year the result is not booked: what
--      the income statement holds is on the balance sheet once more. Of a trial balance each account
--      is of its own side only
-- units: amounts in the unit's currency, debit positive; expected = the customer's, actual = ours, NULL
--        where ours has no such account or line; accounts = those of ours in it that have an amount
-- source: R-FIN-11, R-FIN-12, R-FIN-15
with

moved as (
    select
        customer_statement.kind,
        posting.account_number,
        sum(posting.amount) as amount
    from unit.customer_statement
    inner join staged.voucher
        on
            voucher.voucher_date <= customer_statement.as_of
            and voucher.voucher_date >= coalesce(customer_statement.first, date '0001-01-01')
    inner join staged.posting using (voucher_key)
    group by customer_statement.kind, posting.account_number
),

balance as (
    select
        customer_statement.kind,
        account.account_number,
        coalesce(moved.amount, 0)
        + case when customer_statement.kind = 'balance_sheet' then coalesce(account.opening, 0) else 0 end as amount
    from unit.customer_statement
    cross join evidence.account
    left join moved using (kind, account_number)
    where customer_statement.as_of is not null
),

known_account as (
    select account_number from evidence.account
    union
    select account_number from unit.customer_row
    where account_number <> ''
),

-- an account lies in an account range as a number of as many digits as the range's ends have
possible_place as (
    select
        known_account.account_number,
        account_place.*
    from known_account
    inner join unit.facts on true
    inner join unit.account_place
        on
            account_place.valid_from <= facts.end_date
            and rpad(
                left(known_account.account_number, length(account_place.first)),
                length(account_place.first)::integer,
                '0'
            ) >= account_place.first
            and rpad(
                left(known_account.account_number, length(account_place.last)),
                length(account_place.last)::integer,
                '0'
            ) <= account_place.last
),

place as (
    select
        account_number,
        statement,
        line
    from possible_place
    where line <> 'unbooked_result'
    qualify row_number() over (
        partition by account_number order by is_own desc, length(first) desc, valid_from desc
    ) = 1
),

-- accounts of the result are those of the income statement, and what books their sum to equity
result_account as (
    select account_number from place
    where statement = 'income_statement'
    union
    select possible_place.account_number
    from possible_place
    anti join place using (account_number)
    where possible_place.line = 'unbooked_result'
),

-- what the result holds is on the balance sheet once more, and so are accounts without a place; a trial
-- balance shows what books the result as an account
placed as (
    select
        known_account.account_number,
        coalesce(place.statement, 'balance_sheet') as kind,
        coalesce(place.line, '') as line,
        true as is_own_side
    from known_account
    left join place using (account_number)
    left join result_account using (account_number)
    left join unit.customer_statement on customer_statement.kind = 'balance_sheet'
    where place.statement is not null or result_account.account_number is null or customer_statement.has_both_sides
    union all by name
    select
        account_number,
        'balance_sheet' as kind,
        'unbooked_result' as line,
        false as is_own_side
    from result_account
),

placed_amount as (
    select
        placed.kind,
        placed.account_number,
        placed.line,
        placed.is_own_side,
        balance.amount
    from placed
    inner join balance using (kind, account_number)
),

-- a statement may have an account in several rows; a trial balance has it on its own side alone
account_row as (
    select
        customer_row.kind,
        customer_row.account_number,
        min(customer_row.row_number) as row_number,
        arg_min(customer_row.label, customer_row.row_number) as label,
        sum(customer_row.expected) as expected
    from unit.customer_row
    inner join unit.customer_statement using (kind)
    left join place using (account_number)
    where
        customer_row.account_number <> ''
        and (not customer_statement.has_both_sides or coalesce(place.statement, 'balance_sheet') = customer_row.kind)
    group by customer_row.kind, customer_row.account_number
),

range_of_row as (
    select
        customer_row.kind,
        customer_row.row_number,
        string_split(span, '-')[1] as first,
        string_split(span, '-')[-1] as last
    from unit.customer_row
    cross join unnest(customer_row.ranges) as ranges (span)
),

covered as (
    select
        account_row.kind,
        account_row.row_number,
        account_row.account_number,
        '' as line,
        false as is_sum
    from account_row
    union
    select
        customer_row.kind,
        customer_row.row_number,
        placed_amount.account_number,
        placed_amount.line,
        customer_row.is_sum
    from unit.customer_row
    cross join unnest(customer_row.lines) as lines (line)
    inner join placed_amount using (kind, line)
    union
    select
        range_of_row.kind,
        range_of_row.row_number,
        placed_amount.account_number,
        placed_amount.line,
        false as is_sum
    from range_of_row
    inner join placed_amount
        on
            range_of_row.kind = placed_amount.kind
            and placed_amount.is_own_side
            and rpad(left(placed_amount.account_number, length(first)), length(first)::integer, '0') >= first
            and rpad(left(placed_amount.account_number, length(last)), length(last)::integer, '0') <= last
),

row_amount as (
    select
        covered.kind,
        covered.row_number,
        sum(balance.amount) as amount,
        list({'account_number': covered.account_number, 'amount': balance.amount} order by covered.account_number)
            filter (where balance.amount <> 0) as accounts
    from covered
    inner join balance using (kind, account_number)
    group by covered.kind, covered.row_number
),

named_row as (
    select
        customer_row.kind,
        customer_row.row_number,
        customer_row.label,
        '' as account_number,
        customer_row.expected,
        len(customer_row.lines) + len(customer_row.ranges) > 0 as is_known
    from unit.customer_row
    where customer_row.account_number = ''
),

left_out as (
    select
        placed_amount.kind,
        case when customer_statement.is_by_account then placed_amount.account_number else '' end as account_number,
        case when customer_statement.is_by_account then '' else placed_amount.line end as line,
        sum(placed_amount.amount) as amount,
        list(
            {'account_number': placed_amount.account_number, 'amount': placed_amount.amount}
            order by placed_amount.account_number
        ) filter (where placed_amount.amount <> 0) as accounts
    from placed_amount
    inner join unit.customer_statement using (kind)
    anti join covered
        on
            placed_amount.kind = covered.kind
            and placed_amount.account_number = covered.account_number
            and (covered.line = '' or placed_amount.line = covered.line)
            and not covered.is_sum
    -- of rows by accounts, the result of an open year is one computed row, which many leave out
    where placed_amount.is_own_side or not customer_statement.is_by_account
    group by all
)

select
    account_row.kind,
    account_row.row_number,
    account_row.label,
    account_row.account_number,
    account_row.expected,
    row_amount.amount as actual,
    'amount' as finding,
    coalesce(row_amount.accounts, []) as accounts
from account_row
left join row_amount using (kind, row_number)
union all by name
select
    named_row.kind,
    named_row.row_number,
    named_row.label,
    named_row.account_number,
    named_row.expected,
    case when named_row.is_known then coalesce(row_amount.amount, 0) end as actual,
    case when named_row.is_known then 'amount' else 'mapping_gap' end as finding,
    coalesce(row_amount.accounts, []) as accounts
from named_row
left join row_amount using (kind, row_number)
union all by name
select
    left_out.kind,
    null::integer as row_number,
    left_out.line as label,
    left_out.account_number,
    0 as expected,
    left_out.amount as actual,
    'unexpected' as finding,
    left_out.accounts
from left_out
where left_out.amount <> 0
