-- name: report.landed_to_keep
-- grain: one row per landed file from which a year is published, or was at its last day
-- reads: load, fiscal_year
with

ranked as (
    select
        load.landed_sha256,
        row_number() over (
            partition by load.fiscal_year
            order by load.load_number desc
        ) as latest,
        case when load.published_at::date <= fiscal_year.end_date then
            row_number() over (
                partition by load.fiscal_year, load.published_at::date <= fiscal_year.end_date
                order by load.load_number desc
            )
        end as latest_at_year_end
    from load
    inner join fiscal_year using (fiscal_year)
)

select distinct landed_sha256
from ranked
where latest = 1 or latest_at_year_end = 1
