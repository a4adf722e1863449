-- name: 0001_published
-- what: the tables of a tenant's warehouse file, as of schema version 1
-- keys: tenant and fiscal_year come first everywhere; no index is made, because a bulk load into
--       one is several times slower; publish checks what a key would
-- units: amounts in the fiscal year's currency, debit positive

create table fiscal_year (
    tenant varchar not null,
    fiscal_year varchar not null,
    start_date date not null,
    end_date date not null,
    currency varchar not null
);

create table ledger_account (
    tenant varchar not null,
    fiscal_year varchar not null,
    account_number varchar not null,
    name varchar not null,
    account_type varchar,
    quantity_unit varchar,
    sru_code varchar
);

-- digest: blocks/digest.py, over the voucher and its rows; load_id: the load that last wrote it,
-- and the one whose file source_line counts in; debit_sum: of its booked rows' debits
create table voucher (
    tenant varchar not null,
    fiscal_year varchar not null,
    voucher_key varchar not null,
    voucher_series varchar not null,
    voucher_number varchar not null,
    voucher_date date not null,
    voucher_text varchar,
    registered_on date,
    registered_by varchar,
    source_ref varchar,
    source_line bigint,
    digest bigint not null,
    debit_sum decimal(38, 2) not null default 0,
    load_id varchar not null
);

create table posting (
    tenant varchar not null,
    fiscal_year varchar not null,
    voucher_key varchar not null,
    row_number integer not null,
    account_number varchar not null,
    amount decimal(18, 2) not null,
    posting_date date not null,
    posting_text varchar,
    quantity decimal(18, 6),
    registered_by varchar
);

create table posting_dimension (
    tenant varchar not null,
    fiscal_year varchar not null,
    voucher_key varchar not null,
    row_number integer not null,
    dimension_number varchar not null,
    object_number varchar not null
);

create table posting_correction (
    tenant varchar not null,
    fiscal_year varchar not null,
    voucher_key varchar not null,
    row_number integer not null,
    correction_kind varchar not null,
    account_number varchar not null,
    amount decimal(18, 2) not null,
    posting_date date not null,
    posting_text varchar,
    quantity decimal(18, 6),
    registered_by varchar,
    objects varchar
);

create table opening_balance (
    tenant varchar not null,
    fiscal_year varchar not null,
    account_number varchar not null,
    amount decimal(18, 2) not null,
    quantity decimal(18, 6)
);

create table reported_balance (
    tenant varchar not null,
    fiscal_year varchar not null,
    year_offset integer not null,
    balance_kind varchar not null,
    period date,
    account_number varchar not null,
    dimension_number varchar,
    object_number varchar,
    amount decimal(18, 2) not null,
    quantity decimal(18, 6)
);

create table reported_fiscal_year (
    tenant varchar not null,
    fiscal_year varchar not null,
    year_offset integer not null,
    start_date date not null,
    end_date date not null
);

create table dimension (
    tenant varchar not null,
    fiscal_year varchar not null,
    dimension_number varchar not null,
    name varchar not null,
    parent_number varchar
);

create table dimension_object (
    tenant varchar not null,
    fiscal_year varchar not null,
    dimension_number varchar not null,
    object_number varchar not null,
    name varchar not null
);

-- one row per publication that wrote something; load_number counts those of a unit from 1, and the
-- highest is what is published now; published_at is UTC
create table load (
    tenant varchar not null,
    fiscal_year varchar not null,
    load_number integer not null,
    load_id varchar not null,
    run_id varchar not null,
    token bigint not null,
    published_at timestamp not null,
    digest varchar not null,
    source varchar not null,
    source_kind varchar not null,
    coverage varchar not null,
    organisation_number varchar not null,
    program varchar not null,
    landed_sha256 varchar not null,
    voucher_count bigint not null,
    posting_count bigint not null,
    vouchers_added bigint not null,
    vouchers_changed bigint not null,
    vouchers_removed bigint not null
);

-- what each table of a load adds up to (blocks/digest.py)
create table load_table (
    tenant varchar not null,
    fiscal_year varchar not null,
    load_id varchar not null,
    table_name varchar not null,
    row_count bigint not null,
    amount_sum decimal(38, 2) not null,
    md5_sum decimal(38, 0) not null
);

-- change: added, changed, removed; empty for a unit's first load, whose vouchers are all new;
-- debit: sum of the voucher's debits
create table voucher_change (
    tenant varchar not null,
    fiscal_year varchar not null,
    load_id varchar not null,
    change varchar not null,
    voucher_key varchar not null,
    voucher_series varchar not null,
    voucher_number varchar not null,
    date_before date,
    date_after date,
    debit_before decimal(38, 2),
    debit_after decimal(38, 2)
);

create table control_result (
    tenant varchar not null,
    fiscal_year varchar not null,
    load_id varchar not null,
    control varchar not null,
    severity varchar not null,
    outcome varchar not null,
    reason varchar not null,
    break_count bigint not null
);

-- difference: actual - expected, debit positive; accepted: why a person let it pass, else NULL
create table control_break (
    tenant varchar not null,
    fiscal_year varchar not null,
    load_id varchar not null,
    control varchar not null,
    fingerprint varchar not null,
    kind varchar not null,
    account_number varchar not null,
    period varchar not null,
    voucher_key varchar not null,
    expected decimal(18, 2),
    actual decimal(18, 2),
    difference decimal(18, 2),
    detail varchar not null,
    accepted varchar
);
