-- name: 0005_history
-- what: the rows that a load replaced, so that the books can be read as they were after any load:
--       of vouchers that changed or went, and of a small table whole if a load changed it
-- why: load_id is the load that wrote a row, replaced_by the one that took it out; what is published
--      now is in the tables without replaced_ in their names

alter table load add column if not exists is_recorded boolean default false;

create table replaced_voucher as
select *, ''::varchar as replaced_by from voucher where false;

create table replaced_posting as
select *, ''::varchar as load_id, ''::varchar as replaced_by from posting where false;

create table replaced_posting_dimension as
select *, ''::varchar as load_id, ''::varchar as replaced_by from posting_dimension where false;

create table replaced_posting_correction as
select *, ''::varchar as load_id, ''::varchar as replaced_by from posting_correction where false;

create table replaced_fiscal_year as
select *, ''::varchar as replaced_by from fiscal_year where false;

create table replaced_ledger_account as
select *, ''::varchar as replaced_by from ledger_account where false;

create table replaced_opening_balance as
select *, ''::varchar as replaced_by from opening_balance where false;

create table replaced_reported_balance as
select *, ''::varchar as replaced_by from reported_balance where false;

create table replaced_reported_fiscal_year as
select *, ''::varchar as replaced_by from reported_fiscal_year where false;

create table replaced_dimension as
select *, ''::varchar as replaced_by from dimension where false;

create table replaced_dimension_object as
select *, ''::varchar as replaced_by from dimension_object where false;
