-- name: account_in_chart
-- grain: one row per account that is booked, or opened with an amount, and that no chart knows
-- reads: evidence.glance, evidence.account, unit.facts, staged.ledger_account,
--        published.ledger_account, staged.posting, staged.voucher
-- why: a SIE 4E file, dropped in or fetched from a vendor, brings the whole chart of its year, so only its own counts; a source that sends
--      changes only may use an account that was published earlier
-- source: SIE 4B #KONTO; R-FIN-25
select
    null::varchar as not_applicable,
    unknown_count = 0 as passes
from evidence.glance;

with

known as (
    select account_number
    from staged.ledger_account
    union
    select ledger_account.account_number
    from published.ledger_account
    inner join unit.facts using (tenant)
    where facts.source_kind <> '4E'
),

unknown as (
    select
        account_number,
        posting_count,
        coalesce(movement, 0) + coalesce(opening, 0) as amount
    from evidence.account
    anti join known using (account_number)
    where posting_count > 0 or opening <> 0
),

first_use as (
    select
        posting.account_number,
        arg_min(posting.voucher_key, (voucher.voucher_date, coalesce(voucher.source_line, 0))) as voucher_key,
        min(voucher.voucher_date) as voucher_date
    from staged.posting
    inner join staged.voucher using (voucher_key)
    where posting.account_number in (select account_number from unknown)
    group by posting.account_number
)

select
    'account_in_chart' as control,
    unknown.account_number,
    coalesce(strftime(first_use.voucher_date, '%Y-%m'), '') as period,
    coalesce(first_use.voucher_key, '') as voucher_key,
    null::decimal(18, 2) as expected,
    unknown.amount as actual,
    null::decimal(18, 2) as difference,
    'missing' as kind,
    'no chart of accounts knows it; '
    || case
        when unknown.posting_count = 0 then 'it has an opening balance'
        else
            'booked ' || unknown.posting_count
            || case when unknown.posting_count = 1 then ' time' else ' times, first here' end
    end as detail
from unknown
left join first_use using (account_number)
