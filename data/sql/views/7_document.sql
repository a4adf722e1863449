-- name: document
-- grain: one row per tenant, fiscal year, document, kind and voucher that the source connects it to
-- reads: connected_file, voucher
-- why: a document attaches by series and number, whatever source the ledger came from and whichever
--      of the two was there first, so the voucher is found when it is asked for; voucher_key is NULL
--      when the ledger has no such voucher; of several of one number the first in the file is taken
-- units: size in bytes, fetched_at in UTC
create or replace view document as
with

numbered as (
    select
        tenant,
        fiscal_year,
        voucher_series,
        voucher_number,
        arg_min(voucher_key, coalesce(source_line, 0)) as voucher_key
    from voucher
    group by all
)

select
    connected_file.tenant,
    connected_file.fiscal_year,
    connected_file.document_id,
    connected_file.document_kind,
    connected_file.voucher_series,
    connected_file.voucher_number,
    numbered.voucher_key,
    connected_file.file_name,
    connected_file.media_type,
    connected_file.size_bytes,
    connected_file.sha256,
    connected_file.lake_address,
    connected_file.fetched_at
from connected_file
left join numbered
    on
        connected_file.tenant = numbered.tenant
        and connected_file.fiscal_year = numbered.fiscal_year
        and connected_file.voucher_series = numbered.voucher_series
        and connected_file.voucher_number = numbered.voucher_number
