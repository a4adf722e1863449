-- name: damaged_text
-- grain: one row per text in which letters were lost; or one for the lines of the source that have
--        such letters in no text that is kept
-- reads: staged.diagnostic, staged.voucher, staged.posting, staged.posting_correction,
--        staged.ledger_account, staged.dimension, staged.dimension_object, staged.source_account,
--        staged.source_voucher
-- why: a letter that became U+FFFD before the source came here is lost for good; only whoever still
--      has the text whole can mend it, and it is published as it came
with

listed as (
    select count(*) as text_count
    from staged.source_account
    where contains(concat_ws('', account_number, name), chr(65533))
    union all
    select count(*) as text_count
    from staged.source_voucher
    where contains(concat_ws('', voucher_key, voucher_text, reference_number), chr(65533))
),

lines as (
    -- The reader notes every line with such a letter, so without a note no text has one.
    select count(*) as line_count
    from staged.diagnostic
    where code = 'damaged_text'
)

select
    null::varchar as not_applicable,
    sum(listed.text_count) = 0 and any_value(lines.line_count) = 0 as passes
from listed
cross join lines;

with

place as (
    select
        '' as account_number,
        voucher_key,
        voucher_date as seen_on,
        'the text of the voucher' as what,
        concat_ws('', voucher_series, voucher_number, voucher_text, registered_by) as words
    from staged.voucher
    union all
    select
        account_number,
        voucher_key,
        posting_date as seen_on,
        'the text of row ' || row_number as what,
        concat_ws('', posting_text, registered_by) as words
    from staged.posting
    union all
    select
        account_number,
        voucher_key,
        posting_date as seen_on,
        'the text of history row ' || row_number as what,
        concat_ws('', posting_text, registered_by, objects) as words
    from staged.posting_correction
    union all
    select
        account_number,
        '' as voucher_key,
        null::date as seen_on,
        'the name of the account' as what,
        concat_ws('', account_number, name) as words
    from staged.ledger_account
    union all
    select
        '' as account_number,
        '' as voucher_key,
        null::date as seen_on,
        'the name of dimension ' || dimension_number as what,
        name as words
    from staged.dimension
    union all
    select
        '' as account_number,
        '' as voucher_key,
        null::date as seen_on,
        'the name of object ' || object_number || ' of dimension ' || dimension_number as what,
        concat_ws('', object_number, name) as words
    from staged.dimension_object
    union all
    select
        account_number,
        '' as voucher_key,
        null::date as seen_on,
        'the name of the account in the source''s list' as what,
        concat_ws('', account_number, name) as words
    from staged.source_account
    union all
    select
        '' as account_number,
        voucher_key,
        voucher_date as seen_on,
        'the text of the voucher in the source''s list' as what,
        concat_ws('', voucher_key, voucher_text, reference_number) as words
    from staged.source_voucher
),

damaged as (
    select
        account_number,
        voucher_key,
        coalesce(strftime(seen_on, '%Y-%m'), '') as period,
        what || ' has lost letters' as detail
    from place
    where contains(words, chr(65533))
),

elsewhere as (
    select
        count(*) as line_count,
        min(line) as first_line
    from staged.diagnostic
    where code = 'damaged_text'
)

select
    'damaged_text' as control,
    account_number,
    period,
    voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'attribute' as kind,
    detail
from damaged
union all
select
    'damaged_text' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null as expected,
    null as actual,
    null as difference,
    'attribute' as kind,
    line_count || case when line_count = 1 then ' line' else ' lines' end
    || ' of the source lost letters, first line ' || first_line as detail
from elsewhere
where line_count > 0 and not exists (select true as found from damaged)
