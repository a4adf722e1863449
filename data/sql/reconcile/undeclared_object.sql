-- name: undeclared_object
-- grain: one row per object that postings name and the source does not declare
-- reads: evidence.glance, staged.posting_dimension, staged.dimension_object
-- source: SIE 4B #OBJEKT
select case when dimension_count = 0 then 'no row names an object' end as not_applicable
from evidence.glance;

with

named as (
    select
        dimension_number,
        object_number,
        count(*) as posting_count
    from staged.posting_dimension
    group by dimension_number, object_number
)

select
    'undeclared_object' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'missing' as kind,
    'object ' || object_number || ' of dimension ' || dimension_number || ' is used ' || posting_count
    || case when posting_count = 1 then ' time' else ' times' end || ' and not declared' as detail
from named
anti join staged.dimension_object using (dimension_number, object_number)
