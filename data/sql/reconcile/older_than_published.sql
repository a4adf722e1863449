-- name: older_than_published
-- grain: one row when the load is older than what it would replace, or of the same age and was replaced before
-- reads: evidence.glance, unit.context
-- why: a file that comes back, or comes late, would silently replace newer books. Dates are text from
--      the year to the second; of two, as much is compared as is known of both. What changes nothing
--      is of no age (the context then has no date of what is published). Two exports of one day have no
--      order by their dates: of those, what was published and replaced is the older one
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

with

compared as (
    select
        replace(dated, 'T', ' ') as of_load,
        replace(published_dated, 'T', ' ') as of_published,
        published_before,
        least(length(dated), length(published_dated)) as known
    from unit.context
),

aged as (
    select
        of_load,
        of_published,
        published_before,
        left(of_load, known) < left(of_published, known) as is_older,
        left(of_load, known) = left(of_published, known) as is_of_same_age
    from compared
)

select
    'older_than_published' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'timing' as kind,
    case
        when is_older then 'the source is of ' || of_load || ', what is published is of ' || of_published
        else 'these very books came on ' || published_before || ' and were published; they have been replaced since'
    end as detail
from aged
where is_older or (is_of_same_age and published_before is not null)
