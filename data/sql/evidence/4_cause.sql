-- name: evidence.cause
-- grain: one row per row of evidence.roll_forward that differs
-- reads: evidence.roll_forward, evidence.account, evidence.movement, evidence.voucher_total,
--        staged.reported_balance, staged.posting, staged.posting_correction, staged.voucher
-- why: a difference is drilled to its oldest month where the source reports months that add up to
--      its balance, then to the one voucher that explains it on most accounts. A guess is stated as
--      what is seen (equals, twice, sums to), so that it is true even where the cause is another one.
-- units: amounts in the unit's currency, debit positive
with

gap as (
    select
        account_number,
        balance_kind,
        opening,
        movement,
        expected,
        actual,
        difference
    from evidence.roll_forward
    where difference <> 0
),

reported_month as (
    select
        account_number,
        period,
        sum(amount) as amount
    from staged.reported_balance
    where year_offset = 0 and balance_kind = 'period' and dimension_number is null
    group by account_number, period
),

trusted_month as (
    -- Months that do not add up to the reported balance themselves prove nothing about ours.
    select
        gap.account_number,
        gap.balance_kind
    from gap
    inner join reported_month using (account_number)
    group by gap.account_number, gap.balance_kind, gap.opening, gap.expected
    having sum(reported_month.amount) = gap.expected - gap.opening
),

month_difference as (
    select
        trusted_month.account_number,
        trusted_month.balance_kind,
        month.period,
        month.difference
    from trusted_month
    inner join (
        select
            account_number,
            period,
            coalesce(movement.amount, 0) - coalesce(reported_month.amount, 0) as difference
        from evidence.movement
        full join reported_month using (account_number, period)
    ) as month using (account_number)
    where month.difference <> 0
),

oldest_month as (
    select
        account_number,
        balance_kind,
        min(period) as period,
        arg_min(difference, period) as difference
    from month_difference
    group by account_number, balance_kind
),

sought as (
    select
        gap.account_number,
        gap.balance_kind,
        oldest_month.period,
        coalesce(oldest_month.difference, gap.difference) as difference
    from gap
    left join oldest_month using (account_number, balance_kind)
),

voucher_amount as (
    select
        voucher_key,
        account_number,
        sum(amount) as amount
    from staged.posting
    where account_number in (select account_number from gap)
    group by voucher_key, account_number
),

matched as (
    select
        sought.account_number,
        sought.balance_kind,
        sought.period,
        voucher_amount.voucher_key,
        case when voucher_amount.amount = sought.difference then 'extra' else 'turned' end as guess
    from sought
    inner join voucher_amount
        on
            voucher_amount.account_number = sought.account_number
            and (
                voucher_amount.amount = sought.difference
                or 2 * voucher_amount.amount = sought.difference
            )
    union all
    select distinct
        sought.account_number,
        sought.balance_kind,
        sought.period,
        posting_correction.voucher_key,
        'struck' as guess
    from sought
    inner join staged.posting_correction
        on
            posting_correction.account_number = sought.account_number
            and posting_correction.correction_kind = 'struck'
            and posting_correction.amount = -sought.difference
    union all
    select
        sought.account_number,
        sought.balance_kind,
        sought.period,
        voucher_amount.voucher_key,
        'unbalanced' as guess
    from sought
    inner join voucher_amount using (account_number)
    inner join evidence.voucher_total
        on
            voucher_total.voucher_key = voucher_amount.voucher_key
            and voucher_total.amount = sought.difference
),

candidate as (
    select
        matched.account_number,
        matched.balance_kind,
        matched.guess,
        matched.voucher_key,
        voucher.voucher_date,
        count(*) over (partition by matched.voucher_key, matched.guess) as reach
    from matched
    inner join staged.voucher using (voucher_key)
    where matched.period is null or matched.period = date_trunc('month', voucher.voucher_date)
),

best as (
    select
        account_number,
        balance_kind,
        guess,
        reach,
        count(*) as ways,
        count(distinct voucher_date) as dates,
        arg_max(voucher_key, (voucher_date, voucher_key)) as voucher_key,
        max(voucher_date) as voucher_date
    from candidate
    group by account_number, balance_kind, guess, reach
    qualify
        row_number() over (
            partition by account_number, balance_kind
            order by reach desc, array_position(['unbalanced', 'extra', 'struck', 'turned'], guess)
        ) = 1
),

book as (
    select
        (select coalesce(sum(coalesce(closing, result)), 0) from evidence.account) as reported_sum,
        (select coalesce(sum(opening), 0) from evidence.account) as opening_sum,
        (
            select sum(difference)
            from (select distinct account_number, difference from gap)
        ) as difference_sum,
        (select count(distinct account_number) from gap) as account_count,
        (
            select arg_max(voucher_key, (coalesce(source_line, 0), voucher_date, voucher_key))
            from staged.voucher
        ) as last_voucher_key
),

judged as (
    select
        gap.account_number,
        gap.balance_kind,
        coalesce(oldest_month.period, date_trunc('month', best.voucher_date)::date) as month,
        case when best.ways = 1 or (best.ways > 1 and best.reach > 1 and best.dates = 1) then best.voucher_key end
            as named_key,
        best.guess,
        best.ways,
        best.reach,
        case
            when abs(gap.difference) <= 0.01 then 'cent'
            when gap.expected <> 0 and gap.expected = trunc(gap.expected) and abs(gap.difference) < 1 then 'whole_units'
            when gap.movement <> 0 and gap.opening <> 0 and gap.expected = gap.opening then 'only_opening'
            when gap.movement <> 0 and gap.opening <> 0 and gap.expected = gap.movement then 'no_opening'
            when gap.expected <> 0 and gap.actual = -gap.expected then 'other_sign'
            when named_key is not null and best.guess = 'extra' and best.ways > 1 then 'twice'
            when named_key is not null then best.guess
            when gap.expected = 0 then 'unreported'
            when gap.opening = 0 and gap.movement = 0 then 'nothing_here'
            when
                regexp_replace((abs(gap.difference) * 100)::bigint::varchar, '0+$', '')
                in ('9', '18', '27', '36', '45', '54', '63', '72', '81')
                then 'digits'
            else 'unexplained'
        end as cause
    from gap
    left join oldest_month using (account_number, balance_kind)
    left join best using (account_number, balance_kind)
)

select
    judged.account_number,
    judged.balance_kind,
    coalesce(strftime(judged.month, '%Y-%m'), '') as period,
    case when judged.cause in ('twice', 'unbalanced', 'extra', 'struck', 'turned') then judged.named_key else '' end as voucher_key,
    case judged.cause
        when 'cent' then 'rounding'
        when 'whole_units' then 'rounding'
        when 'other_sign' then 'sign'
        when 'turned' then 'sign'
        when 'twice' then 'duplicate'
        when 'extra' then 'unexpected'
        when 'unreported' then 'unexpected'
        when 'nothing_here' then 'missing'
        else 'amount'
    end as kind,
    case judged.cause
        when 'cent' then 'a rounding of one hundredth'
        when 'whole_units' then 'the reported balance is in whole units, perhaps rounded'
        when 'only_opening'
            then 'the reported balance equals the opening balance, as if the vouchers of the year were not in it'
        when 'no_opening'
            then 'the reported balance equals the movements alone, as if the opening balance were not in it'
        when 'other_sign' then 'the reported balance is the same amount with the other sign'
        when 'twice'
            then
                'the difference equals voucher ' || judged.named_key || ', which is there ' || judged.ways
                || ' times with the same amount and date'
        when 'unbalanced'
            then
                'the difference equals what voucher ' || judged.named_key
                || ', which is booked on this account, does not balance by'
        when 'extra'
            then
                'the difference equals voucher ' || judged.named_key
                || ' on this account, as if the reported balance were without it'
        when 'struck'
            then
                'the difference equals a struck row of voucher ' || judged.named_key
                || ', as if the reported balance still counted it'
        when 'turned'
            then
                'the difference is twice the amount of voucher ' || judged.named_key
                || ' on this account, as if its sign were turned'
        when 'unreported' then 'the source reports no balance for this account'
        when 'nothing_here' then 'nothing is opened or booked on this account here'
        when 'digits' then 'the difference is 9 times a round figure, as when two neighbouring digits change places'
        else coalesce(judged.ways || ' vouchers have this amount on the account', 'no single voucher explains it')
    end
    || case
        when judged.cause not in ('unreported', 'nothing_here', 'unexplained') then ''
        when book.reported_sum <> book.opening_sum
            then
                '; the reported balances sum to ' || evidence.written(book.reported_sum)
                || ' and the opening balances to ' || evidence.written(book.opening_sum)
                || case
                    when book.opening_sum = 0 then ', so a reported balance is wrong'
                    when book.reported_sum = 0 then ', so an opening balance is wrong or missing'
                    else ', so an opening or a reported balance is wrong'
                end
        when book.difference_sum = 0 and book.account_count > 1
            then
                '; the differences of all ' || book.account_count || ' accounts sum to 0.00, so whole vouchers'
                || ' are missing or too many, and the last one read is ' || coalesce(book.last_voucher_key, 'none')
        else ''
    end as detail
from judged
cross join book
