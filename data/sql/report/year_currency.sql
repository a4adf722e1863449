-- name: report.year_currency
-- grain: one row per fiscal year
-- reads: fiscal_year
-- parameters: $fiscal_year
-- units: ISO 4217; empty where the source names none
select currency
from fiscal_year
where fiscal_year = $fiscal_year
