-- name: older_than_published
-- grain: one row when the load is older than what it would replace
-- reads: evidence.glance, unit.context
-- why: a file that comes back, or comes late, would silently replace newer books. Dates are text from
--      the year to the second; of two, as much is compared as is known of both. What changes nothing
--      is of no age (the context then has no date of what is published)
-- source: R-FIN-33
select
    coalesce(
        replaces_nothing,
        nothing_published,
        case when context.dated is null then 'nothing says when the source was made' end,
        case
            when context.published_dated is null
                then 'what is published is the same, or nothing says when it was made'
        end
    ) as not_applicable
from evidence.glance
cross join unit.context;

select
    'older_than_published' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'timing' as kind,
    'the source is of ' || replace(dated, 'T', ' ') || ', what is published is of '
    || replace(published_dated, 'T', ' ') as detail
from unit.context
where
    left(dated, least(length(dated), length(published_dated)))
    < left(published_dated, least(length(dated), length(published_dated)))
