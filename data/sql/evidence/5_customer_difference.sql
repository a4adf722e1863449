-- name: evidence.customer_difference
-- grain: one row per row of the customer's statements, or line or account of ours that they leave out,
--        on which the two differ
-- reads: unit.customer_statement, unit.customer_row, unit.account_place, unit.facts, evidence.account,
--        staged.posting, staged.voucher
-- why: ours is cut to the statement's own time: balances on its day, movements between its days. The
--      account map says on which statement and line an account is, the tenant's own places before
--      the scheme's, as the published statements do. In an open year the result is not booked: what
--      the income statement holds is on the balance sheet once more. A row of thousands agrees within
--      half of its unit
-- units: amounts in the unit's currency, debit positive; expected = the customer's, actual = ours
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

place as (
    select
        account.account_number,
        account_place.statement,
        account_place.line
    from evidence.account
    inner join unit.facts on true
    inner join unit.account_place
        on
            account_place.valid_from <= facts.end_date
            and account_place.line <> 'unbooked_result'
            and rpad(left(account.account_number, length(account_place.first)), length(account_place.first)::integer, '0')
            >= account_place.first
            and rpad(left(account.account_number, length(account_place.last)), length(account_place.last)::integer, '0')
            <= account_place.last
    qualify row_number() over (
        partition by account.account_number
        order by account_place.is_own desc, length(account_place.first) desc, account_place.valid_from desc
    ) = 1
),

placed as (
    select
        account_number,
        statement as kind,
        line
    from place
    union all
    select
        account_number,
        'balance_sheet' as kind,
        'unbooked_result' as line
    from place
    where statement = 'income_statement'
),

line_amount as (
    select
        balance.kind,
        placed.line,
        sum(balance.amount) as amount
    from balance
    inner join placed using (kind, account_number)
    group by balance.kind, placed.line
),

-- a trial balance has the accounts of both sides; each is held against its own
account_row as (
    select
        customer_row.kind,
        customer_row.row_number,
        customer_row.label,
        customer_row.account_number,
        customer_row.expected,
        balance.amount as actual
    from unit.customer_row
    left join place using (account_number)
    left join balance using (kind, account_number)
    where
        customer_row.account_number <> ''
        and coalesce(place.statement, 'balance_sheet') = customer_row.kind
),

account_left_out as (
    select
        balance.kind,
        null::integer as row_number,
        '' as label,
        balance.account_number,
        0 as expected,
        balance.amount as actual
    from balance
    inner join unit.customer_statement using (kind)
    left join place using (account_number)
    anti join account_row using (kind, account_number)
    where
        customer_statement.is_by_account
        and coalesce(place.statement, 'balance_sheet') = balance.kind
),

named_row as (
    select
        customer_row.kind,
        customer_row.row_number,
        customer_row.label,
        customer_row.expected,
        customer_row.lines,
        unnest(customer_row.lines) as line
    from unit.customer_row
    where customer_row.account_number = '' and len(customer_row.lines) > 0
),

line_row as (
    select
        named_row.kind,
        named_row.row_number,
        named_row.label,
        '' as account_number,
        any_value(named_row.expected) as expected,
        coalesce(sum(line_amount.amount), 0) as actual
    from named_row
    left join line_amount using (kind, line)
    group by named_row.kind, named_row.row_number, named_row.label
),

unmatched_row as (
    select
        customer_row.kind,
        customer_row.row_number,
        customer_row.label,
        '' as account_number,
        customer_row.expected,
        null::decimal(38, 2) as actual
    from unit.customer_row
    where customer_row.account_number = '' and len(customer_row.lines) = 0
),

line_left_out as (
    select
        line_amount.kind,
        null::integer as row_number,
        line_amount.line as label,
        '' as account_number,
        0 as expected,
        line_amount.amount as actual
    from line_amount
    inner join unit.customer_statement using (kind)
    anti join named_row using (kind, line)
    where not customer_statement.is_by_account
),

compared as (
    select kind, row_number, label, account_number, expected, actual, 'amount' as finding from account_row
    union all by name
    select kind, row_number, label, account_number, expected, actual, 'unexpected' as finding from account_left_out
    union all by name
    select kind, row_number, label, account_number, expected, actual, 'amount' as finding from line_row
    union all by name
    select kind, row_number, label, account_number, expected, actual, 'mapping_gap' as finding from unmatched_row
    union all by name
    select kind, row_number, label, account_number, expected, actual, 'unexpected' as finding from line_left_out
),

differing as (
    select
        compared.kind,
        compared.row_number,
        compared.label,
        compared.account_number,
        compared.expected,
        compared.actual,
        coalesce(compared.actual, 0) - compared.expected as difference,
        compared.finding,
        customer_statement.as_of
    from compared
    inner join unit.customer_statement using (kind)
    where
        abs(coalesce(compared.actual, 0) - compared.expected)
        > case when customer_statement.unit > 1 then customer_statement.unit / 2 else 0 end
),

-- a guess: one voucher after the statement's day that the customer's figure may hold already, or one
-- registered after it that ours holds
likely as (
    select
        differing.kind,
        differing.account_number,
        arg_min(
            trim(voucher.voucher_series || ' ' || voucher.voucher_number) || ' of ' || voucher.voucher_date,
            voucher.voucher_date
        ) as voucher
    from differing
    inner join staged.posting using (account_number)
    inner join staged.voucher using (voucher_key)
    where
        (posting.amount = -differing.difference and voucher.voucher_date > differing.as_of)
        or (posting.amount = differing.difference and voucher.registered_on > differing.as_of)
    group by differing.kind, differing.account_number
)

select
    differing.kind,
    differing.account_number,
    differing.expected,
    differing.actual,
    differing.difference,
    case
        when differing.finding = 'amount' and differing.account_number <> '' and differing.actual is null then 'missing'
        when differing.finding = 'amount' and differing.actual = -differing.expected then 'sign'
        else differing.finding
    end as finding,
    case differing.finding
        when 'mapping_gap' then
            'row ' || differing.row_number || ', ' || differing.label || ': no line of the account map is called so'
        when 'unexpected' then
            case when differing.account_number = '' then 'line ' || replace(differing.label, '_', ' ') || ': ' else '' end
            || 'the books have an amount, the statement has no such row'
        else
            'row ' || differing.row_number || coalesce(', ' || nullif(differing.label, ''), '') || ', as of ' || differing.as_of
    end
    || coalesce('; perhaps voucher ' || likely.voucher || ' (a guess)', '') as detail
from differing
left join likely using (kind, account_number)
