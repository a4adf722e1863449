-- name: report.landed_to_keep
-- grain: one row per load of which something is published, or was at its year's last day, or was
--        until lately
-- reads: load, fiscal_year
-- parameters: $replaced_after, a moment: what was replaced since then may be wanted back
-- why: a load of a period replaces that period alone, so what was loaded before it stays published,
--      back to the last load of the whole year
with

loaded as (
    select
        load.fiscal_year,
        load.load_number,
        load.load_id,
        load.landed_sha256,
        load.coverage = 'whole_year' as is_whole,
        load.published_at::date <= fiscal_year.end_date as is_within_year,
        lead(load.published_at) over (
            partition by load.fiscal_year
            order by load.load_number
        ) as replaced_at
    from load
    inner join fiscal_year using (fiscal_year)
),

last_whole as (
    select
        fiscal_year,
        max(load_number) filter (where is_whole) as latest,
        max(load_number) filter (where is_whole and is_within_year) as latest_at_year_end
    from loaded
    group by fiscal_year
)

select distinct
    loaded.load_id,
    loaded.landed_sha256
from loaded
inner join last_whole using (fiscal_year)
where
    loaded.load_number >= coalesce(last_whole.latest, 0)
    or loaded.replaced_at > $replaced_after
    or (loaded.is_within_year and loaded.load_number >= coalesce(last_whole.latest_at_year_end, 0))
