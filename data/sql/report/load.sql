-- name: report.load
-- grain: one row per load of a fiscal year that wrote something, latest first
-- reads: load
-- parameters: $fiscal_year, $limit
-- units: published_at is UTC
select
    load_number,
    load_id,
    run_id,
    published_at,
    source,
    source_kind,
    voucher_count,
    posting_count,
    vouchers_added,
    vouchers_changed,
    vouchers_removed,
    rollback_to,
    rollback_by,
    rollback_reason
from load
where fiscal_year = $fiscal_year
order by load_number desc
limit $limit
