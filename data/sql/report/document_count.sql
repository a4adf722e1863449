-- name: document_count
-- grain: one row
-- reads: document, voucher
-- parameters: $fiscal_year
-- why: a voucher of a closing program has no document, and a document may hang on a voucher that the
--      ledger does not have: both are in order, and counted
with

connected as (
    select
        document_id,
        voucher_key
    from document
    where fiscal_year = $fiscal_year
),

per_document as (
    select
        document_id,
        count(voucher_key) as vouchers
    from connected
    group by document_id
)

select
    (select count(*) from per_document) as documents,
    (select count(*) from per_document where vouchers = 0) as documents_without_voucher,
    (
        select count(*)
        from voucher
        where
            voucher.fiscal_year = $fiscal_year
            and not exists (select 1 from connected where connected.voucher_key = voucher.voucher_key)
    ) as vouchers_without_document
