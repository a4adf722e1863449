-- name: currency
-- grain: one row when the source keeps its books in another currency than the tenant
-- reads: unit.facts, unit.context
-- source: SIE 4B #VALUTA (SEK when it is missing)
select
    case
        when context.currency = '' then 'the tenant has no currency on record to compare with'
        when facts.currency = '' then 'the source names no currency'
    end as not_applicable,
    upper(facts.currency) = upper(context.currency) as passes
from unit.facts
cross join unit.context;

select
    'currency' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'attribute' as kind,
    'the source is in ' || upper(facts.currency) || ', the tenant keeps its books in ' || upper(context.currency)
    || case when facts.currency_line > 0 then ' (line ' || facts.currency_line || ', #VALUTA)' else '' end
        as detail
from unit.facts
cross join unit.context
where upper(facts.currency) <> upper(context.currency)
