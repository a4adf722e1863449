-- name: 0008_rollback
-- what: the columns of data/sql/schema/0008_rollback.sql

alter table load add column rollback_to integer;

alter table load add column rollback_by text collate "C";

alter table load add column rollback_reason text collate "C";
