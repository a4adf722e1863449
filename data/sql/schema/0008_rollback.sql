-- name: 0008_rollback
-- what: of a load that brings an earlier one back, which one, and whose decision it was
-- why: a change list that takes last month's vouchers out again says by itself that it was meant

alter table load add column if not exists rollback_to integer;

alter table load add column if not exists rollback_by varchar;

alter table load add column if not exists rollback_reason varchar;
