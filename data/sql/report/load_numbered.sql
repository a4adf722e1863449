-- name: report.load_numbered
-- grain: one row per load of a fiscal year that wrote something, oldest first
-- reads: load
-- parameters: $fiscal_year
select
    load_number,
    load_id,
    digest,
    coverage
from load
where fiscal_year = $fiscal_year
order by load_number
