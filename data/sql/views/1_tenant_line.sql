-- name: tenant_line
-- grain: one row per line of the statements that the tenant reads its books by
-- reads: statement_line, statement_scheme
-- why: a tenant without a scheme of its own has the Swedish one, as all had before there were others
create or replace view tenant_line as
select *
from statement_line
where chart = coalesce((select max(chart) from statement_scheme), 'BAS')
