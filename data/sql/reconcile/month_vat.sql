-- name: month_vat
-- grain: one row per month and side whose summary of VAT is not what the vouchers' rates come to
-- reads: evidence.glance, unit.facts
-- why: a month may sum to zero though its summary books too much VAT of sales and of purchases. Which
--      accounts are of sales nobody says: the division of all of them, for all months alike, that fits
--      the rates best is taken, so that VAT which always stands on the wrong account is not found. Only
--      a month whose summary is newer than all its vouchers is judged; what rounding of each row can
--      explain is no difference
-- units: amounts in the unit's currency, debit positive
-- source: Procountor API 26.04 (vatPercent, vatDeductionPercent, vatType)
select
    coalesce(
        no_vouchers,
        case when facts.balances_by <> 'month' then 'this source books no summaries of VAT' end,
        case when facts.summed_vat = '' then
            'no month has a summary of VAT that is newer than all its vouchers'
        end
    ) as not_applicable
from evidence.glance
cross join unit.facts;

with

summed as (
    select string_split(item, '|') as part
    from (select unnest(string_split(summed_vat, ' ')) as item from unit.facts)
),

compared as (
    select
        part[1] as period,
        part[2] as side,
        part[3] as accounts,
        part[4]::decimal(18, 2) as expected,
        part[5]::decimal(18, 2) as actual,
        part[6]::decimal(18, 3) as tolerance
    from summed
)

select
    'month_vat' as control,
    case when contains(accounts, '+') then '' else accounts end as account_number,
    period,
    '' as voucher_key,
    expected,
    actual,
    actual - expected as difference,
    unit.difference_kind(expected, actual) as kind,
    'the summary of VAT has this for ' || case side when 'SALES' then 'sales' else 'purchases' end
    || ', on ' || case when accounts = '' then 'no account' else accounts end
    || '; the rates of the month''s vouchers come to something else' as detail
from compared
where abs(actual - expected) > tolerance
