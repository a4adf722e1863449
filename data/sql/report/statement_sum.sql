-- name: report.statement_sum
-- grain: one row per line of a statement that adds up other lines
-- reads: tenant_line
-- parameters: none
-- units: none
select
    statement,
    line
from tenant_line
where adds <> ''
order by statement, line
