-- name: statement_line
-- grain: one row per chart and line of a statement (income_statement, balance_sheet)
-- reads: data/reference/statement_line.csv, statement_line_name.csv, statement_chart.csv
-- why: a line either holds accounts (ranges of prefixes, joined by a blank; * = every account that no
--      other line holds) or adds up other lines (a range of line_order); names are rows by language
-- units: account_type: what most accounts of the line are; presented_sign turns debit positive into the way the line is read
create or replace table statement_line as
with

line_name as (
    select
        chart,
        line,
        max(name) filter (where language = 'sv') as name_sv,
        max(name) filter (where language = 'fi') as name_fi,
        max(name) filter (where language = 'en') as name_en
    from read_csv(getvariable('reference') || '/statement_line_name.csv', header = true, all_varchar = true)
    group by chart, line
)

select
    line.chart,
    chart.country,
    line.statement,
    line.line_order::integer as line_order,
    line.line,
    case chart.language when 'fi' then line_name.name_fi else line_name.name_sv end as name,
    line_name.name_sv,
    line_name.name_fi,
    line_name.name_en,
    line.presented_sign::integer as presented_sign,
    coalesce(line.accounts, '') as accounts,
    coalesce(line.adds, '') as adds,
    coalesce(line.account_type, '') as account_type,
    line.source,
    line.source_date
from read_csv(getvariable('reference') || '/statement_line.csv', header = true, all_varchar = true) as line
inner join
    read_csv(getvariable('reference') || '/statement_chart.csv', header = true, all_varchar = true) as chart
    on line.chart = chart.chart
left join line_name on line.chart = line_name.chart and line.line = line_name.line
