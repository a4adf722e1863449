-- name: 0004_voucher_key
-- what: files are on vouchers by their keys, so that sources without series have them too; moments
--       say that they are UTC; what a load replaced is kept
-- units: amounts in the fiscal year's currency, debit positive

alter table connected_file add column voucher_key varchar;

-- as ledger/voucher_key.py writes a key
update connected_file set voucher_key =
    regexp_replace(voucher_series, '([\\:#])', '\\\1', 'g') || ':'
    || regexp_replace(voucher_number, '([\\:#])', '\\\1', 'g')
    || case when voucher_number = '' then '#1' else '' end;

alter table connected_file alter column voucher_key set not null;

alter table connected_file drop column voucher_series;

alter table connected_file drop column voucher_number;

alter table connected_file alter column fetched_at type timestamptz using fetched_at at time zone 'UTC';

alter table load alter column published_at type timestamptz using published_at at time zone 'UTC';
