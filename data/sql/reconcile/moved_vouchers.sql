-- name: moved_vouchers
-- grain: one row per voucher that would be in two years, or in none, after this load alone
-- reads: evidence.scope, unit.facts, unit.neighbour_year, unit.neighbour_voucher, staged.voucher,
--        published.fiscal_year, published.load, published.voucher
-- why: a voucher that moves over a year's end changes both years or neither. Years that are published
--      in one with this are taken as they will be, all others as they are published; the period is
--      the month on the other side
-- source: Procountor: receiptDate can be changed, invoiceId stays
select
    coalesce(
        case when not facts.keys_outlive_years then 'a voucher of this source is known within its own year alone' end,
        scope.not_whole_year,
        scope.nothing_published
    ) as not_applicable
from unit.facts
cross join evidence.scope;

with

latest as (
    select
        fiscal_year,
        arg_max(source, load_number) as source
    from published.load
    group by fiscal_year
),

other_year as (
    select
        year.fiscal_year,
        year.start_date,
        year.end_date
    from published.fiscal_year as year
    inner join latest on year.fiscal_year = latest.fiscal_year
    inner join unit.facts on year.tenant = facts.tenant and latest.source = facts.source
    where year.fiscal_year <> facts.fiscal_year
),

elsewhere as (
    select
        fiscal_year,
        voucher_key,
        voucher_date
    from published.voucher
    inner join other_year using (fiscal_year)
    where fiscal_year not in (select fiscal_year from unit.neighbour_year)
    union all
    select
        fiscal_year,
        voucher_key,
        voucher_date
    from unit.neighbour_voucher
    inner join other_year using (fiscal_year)
),

told as (
    select
        split_part(item, '>', 1) as voucher_key,
        split_part(item, '>', 2)::date as new_date
    from (select unnest(string_split(moved_vouchers, ' ')) as item from unit.facts where moved_vouchers <> '')
),

gone as (
    select
        told.voucher_key,
        told.new_date,
        other_year.fiscal_year
    from told
    inner join other_year on told.new_date between other_year.start_date and other_year.end_date
    inner join published.voucher on told.voucher_key = voucher.voucher_key
    inner join unit.facts on voucher.fiscal_year = facts.fiscal_year
    left join elsewhere
        on told.voucher_key = elsewhere.voucher_key and other_year.fiscal_year = elsewhere.fiscal_year
    where
        told.voucher_key not in (select voucher_key from staged.voucher)
        and elsewhere.voucher_key is null
)

select
    'moved_vouchers' as control,
    '' as account_number,
    strftime(elsewhere.voucher_date, '%Y-%m') as period,
    voucher.voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'duplicate' as kind,
    'the voucher came into this year, and is in that of ' || elsewhere.voucher_date || ' still' as detail
from staged.voucher
inner join elsewhere on voucher.voucher_key = elsewhere.voucher_key
union all
select
    'moved_vouchers' as control,
    '' as account_number,
    strftime(new_date, '%Y-%m') as period,
    voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'missing' as kind,
    'the voucher went from this year to that of ' || new_date || ', and is not there yet' as detail
from gone
