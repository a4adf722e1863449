-- name: published_vouchers
-- grain: one row per voucher of a part of a year that is in the published year already
-- reads: evidence.scope, unit.facts, staged.voucher, staged.posting, published.voucher, published.posting
-- why: a pre-system's few vouchers get their number where they are booked, so they are found by date,
--      accounts and amounts. Two that are alike need two that are alike. Rows of 0.00 book nothing, and
--      neither does a voucher without rows
-- units: amounts in the unit's currency, debit positive
-- source: SIE 4B 4I: the receiver sets series and number
select
    coalesce(
        case when facts.coverage <> 'partial' then
            'only the vouchers of a part of a year are looked for one by one'
        end,
        nothing_published
    ) as not_applicable
from evidence.scope
cross join unit.facts;

with

staged_content as (
    select
        voucher.voucher_key,
        voucher.voucher_date,
        any_value(voucher.source_line) as source_line,
        string_agg(posting.account_number || '=' || posting.amount, ' ' order by posting.account_number, posting.amount)
            as content
    from staged.voucher
    inner join staged.posting using (voucher_key)
    where posting.amount <> 0
    group by voucher.voucher_key, voucher.voucher_date
),

published_content as (
    select
        voucher.voucher_key,
        voucher.voucher_date,
        string_agg(posting.account_number || '=' || posting.amount, ' ' order by posting.account_number, posting.amount)
            as content
    from published.voucher
    inner join published.posting using (tenant, fiscal_year, voucher_key)
    inner join unit.facts using (tenant, fiscal_year)
    where posting.amount <> 0 and voucher.voucher_date in (select voucher_date from staged_content)
    group by voucher.voucher_key, voucher.voucher_date
),

staged_turn as (
    select
        voucher_key,
        voucher_date,
        source_line,
        content,
        row_number() over (partition by voucher_date, content order by source_line, voucher_key) as turn
    from staged_content
),

published_turn as (
    select
        voucher_key,
        voucher_date,
        content,
        row_number() over (partition by voucher_date, content order by voucher_key) as turn
    from published_content
)

select
    'published_vouchers' as control,
    '' as account_number,
    strftime(voucher_date, '%Y-%m') as period,
    staged_turn.voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'duplicate' as kind,
    'voucher ' || published_turn.voucher_key || ' of ' || voucher_date
    || ' is published with the same accounts and amounts' as detail
from staged_turn
inner join published_turn using (voucher_date, content, turn)
