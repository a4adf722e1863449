-- name: row_counts
-- grain: one row per staged table and figure (rows, sum of amounts) that is not what was counted on
--        the way in
-- reads: evidence.glance, evidence.read_back, unit.facts, unit.staged_table
-- why: control totals are taken when a table is written and again when it is read back, so nothing
--      is lost or doubled between reader, Parquet and here; publishing checks them a third time
--      Lines of vouchers of another year are staged with that year
-- units: row counts are in `detail`; expected and actual are sums of amounts, debit positive
select
    null::varchar as not_applicable,
    is_counted_alike as passes
from evidence.glance;

with

reader as (
    -- A line that could not be read is an error, which control source_damage reports.
    select
        facts.fast_rows + facts.exact_rows > 0 as is_counted,
        facts.fast_rows + facts.exact_rows - facts.set_aside_rows as taken,
        (
            select sum(row_count)
            from evidence.read_back
            where table_name in ('voucher', 'posting', 'posting_correction')
        ) as kept,
        facts.error_count
    from unit.facts
),

finding as (
    select
        null as expected,
        null as actual,
        null as difference,
        case when read_back.row_count < staged_table.row_count then 'missing' else 'unexpected' end as kind,
        'table ' || table_name || ' has ' || read_back.row_count || ' rows; ' || staged_table.row_count
        || ' were written' as detail
    from unit.staged_table
    inner join evidence.read_back using (table_name)
    where read_back.row_count <> staged_table.row_count
    union all
    select
        staged_table.amount_sum as expected,
        read_back.amount_sum as actual,
        read_back.amount_sum - staged_table.amount_sum as difference,
        'amount' as kind,
        'the amounts of table ' || table_name || ' do not sum to what was written' as detail
    from unit.staged_table
    inner join evidence.read_back using (table_name)
    where read_back.amount_sum <> staged_table.amount_sum
    union all
    select
        null as expected,
        null as actual,
        null as difference,
        case when taken > kept then 'missing' else 'unexpected' end as kind,
        'the reader took ' || taken || ' lines of vouchers and rows; ' || kept || ' are staged' as detail
    from reader
    where is_counted and (taken < kept or (taken > kept and error_count = 0))
    union all
    select
        null as expected,
        null as actual,
        null as difference,
        'missing' as kind,
        'table ' || table_name || ' is not in the manifest of the staged unit' as detail
    from evidence.read_back
    anti join unit.staged_table using (table_name)
)

select
    'row_counts' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    expected,
    actual,
    difference,
    kind,
    detail
from finding
