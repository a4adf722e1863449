-- name: 0007_document_revision
-- what: of what a document was made, where the source makes it anew each time it is asked for, so that it
--       is fetched again only when that changed; empty for files, which never change

alter table connected_file add column revision varchar default '';

alter table connected_file alter column revision set not null;
