-- name: tenant_line
-- grain: one row per tenant and line of the statements that the tenant reads its books by
-- reads: fiscal_year, statement_line, statement_scheme
-- why: a tenant without a scheme of its own has the Swedish one, as all had before there were others
create or replace view tenant_line as
select
    scheme.tenant,
    statement_line.*
from (
    select
        of_year.tenant,
        coalesce(max(statement_scheme.chart), 'BAS') as chart
    from fiscal_year as of_year
    left join statement_scheme on of_year.tenant = statement_scheme.tenant
    group by of_year.tenant
) as scheme
inner join statement_line on scheme.chart = statement_line.chart
