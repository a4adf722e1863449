-- name: document
-- grain: one row per document, kind and voucher that the source connects it to, of one fiscal year
-- reads: document
-- parameters: $fiscal_year, $voucher_key and $document_id (NULL for any), $first (rows to leave out),
--             $limit
-- why: in order of series and number, A:3 before A:10, which as texts stand the other way round
-- units: size in bytes
select
    document_id,
    document_kind,
    connected_key,
    voucher_key is not null as has_voucher,
    file_name,
    media_type,
    size_bytes,
    sha256,
    lake_address,
    fetched_at,
    coalesce(voucher_series, '') as voucher_series,
    coalesce(voucher_number, '') as voucher_number
from document
where
    fiscal_year = $fiscal_year
    and ($voucher_key is null or connected_key = $voucher_key)
    and ($document_id is null or document_id = $document_id)
order by
    regexp_replace(connected_key, '[0-9]+(#[0-9]+)?$', ''),
    length(regexp_replace(connected_key, '#[0-9]+$', '')),
    connected_key, document_kind, document_id
limit $limit offset $first
