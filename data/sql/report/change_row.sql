-- name: report.change_row
-- grain: one row per booked row, before and after, of each voucher that a later load added, changed or
--        removed
-- reads: voucher_change, load, posting, voucher, replaced_posting
-- parameters: $fiscal_year, $limit (rows)
-- why: before are the rows that the load replaced, after those that it wrote, wherever they are by now;
--      loads of earlier releases kept nothing, so they have no rows before
-- units: debit positive, in the year's currency
with

wanted as (
    select
        load.load_number,
        voucher_change.load_id,
        voucher_change.fiscal_year,
        voucher_change.change,
        voucher_change.voucher_key
    from voucher_change
    inner join load
        on load.load_id = voucher_change.load_id
        and load.fiscal_year = voucher_change.fiscal_year
    where voucher_change.fiscal_year = $fiscal_year
),

written as (
    select
        posting.fiscal_year,
        voucher.load_id,
        posting.voucher_key,
        posting.row_number,
        posting.account_number,
        posting.amount,
        posting.posting_text
    from posting
    inner join voucher using (tenant, fiscal_year, voucher_key)
    where posting.fiscal_year = $fiscal_year
    union all
    select
        fiscal_year,
        load_id,
        voucher_key,
        row_number,
        account_number,
        amount,
        posting_text
    from replaced_posting
    where fiscal_year = $fiscal_year
),

side as (
    select
        wanted.load_number,
        wanted.change,
        wanted.voucher_key,
        'before' as side,
        replaced.row_number,
        replaced.account_number,
        replaced.amount,
        replaced.posting_text
    from wanted
    inner join replaced_posting as replaced
        on replaced.fiscal_year = wanted.fiscal_year
        and replaced.voucher_key = wanted.voucher_key
        and replaced.replaced_by = wanted.load_id
    union all
    select
        wanted.load_number,
        wanted.change,
        wanted.voucher_key,
        'after' as side,
        written.row_number,
        written.account_number,
        written.amount,
        written.posting_text
    from wanted
    inner join written
        on written.fiscal_year = wanted.fiscal_year
        and written.voucher_key = wanted.voucher_key
        and written.load_id = wanted.load_id
)

select
    load_number,
    change,
    voucher_key,
    side,
    row_number,
    account_number,
    amount,
    posting_text
from side
order by load_number desc, change, voucher_key, side desc, row_number
limit $limit
