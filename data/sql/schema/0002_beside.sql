-- name: 0002_beside
-- what: what is published of a year beside its ledger, and is no part of the unit's digest

-- a file that the source connects to a voucher, one row for each voucher; whether the ledger has
-- that voucher says view document; lake_address is below the lake's folder; fetched_at is UTC
create table connected_file (
    tenant varchar not null,
    fiscal_year varchar not null,
    document_id varchar not null,
    document_kind varchar not null,
    voucher_series varchar not null,
    voucher_number varchar not null,
    file_name varchar not null,
    media_type varchar not null,
    size_bytes bigint not null,
    sha256 varchar not null,
    lake_address varchar not null,
    fetched_at timestamp not null
);

-- accounts without a code have no row
create table account_vat_code (
    tenant varchar not null,
    fiscal_year varchar not null,
    account_number varchar not null,
    vat_code varchar not null
);
