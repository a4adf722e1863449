-- name: document
-- grain: one row per tenant, fiscal year, document, kind and voucher that the source connects it to
-- reads: connected_file, voucher
-- why: a document attaches by the voucher's key, whatever source the ledger came from and whichever of
--      the two was there first, so the voucher is found when it is asked for; voucher_key is NULL when
--      the ledger has no such voucher
-- units: size in bytes
create or replace view document as
select
    connected_file.tenant,
    connected_file.fiscal_year,
    connected_file.document_id,
    connected_file.document_kind,
    connected_file.voucher_key as connected_key,
    voucher.voucher_key,
    voucher.voucher_series,
    voucher.voucher_number,
    connected_file.file_name,
    connected_file.media_type,
    connected_file.size_bytes,
    connected_file.sha256,
    connected_file.lake_address,
    connected_file.fetched_at
from connected_file
left join voucher
    on
        connected_file.tenant = voucher.tenant
        and connected_file.fiscal_year = voucher.fiscal_year
        and connected_file.voucher_key = voucher.voucher_key
