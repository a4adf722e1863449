-- name: postgresql.policies
-- what: row-level security of every table that says whose a row is, its owner included
-- why: the writer names its tenant in each transaction (blocks/warehouse/postgresql/server.py); a reader
--      is who it is, since whoever has SQL sets any setting. published_tenant and reader_tenant are
--      lists over tenants, which the writer sees whole
do $$
declare
    its record;
    of_writer text;
    of_reader text;
begin
    for its in
        select relation.relname as name
        from pg_class as relation
        inner join pg_attribute as its_column on its_column.attrelid = relation.oid
        where
            relation.relnamespace = 'published'::regnamespace
            and relation.relkind in ('r', 'p')
            and its_column.attname = 'tenant'
            and not its_column.attisdropped
    loop
        of_writer := case
            when its.name in ('published_tenant', 'reader_tenant') then 'true'
            else 'tenant = current_setting(''tasma.tenant'', true)'
        end;
        of_reader := case
            when its.name = 'reader_tenant' then 'reader = current_user'
            else 'tenant = any (array(select granted.tenant from published.reader_tenant as granted'
                || ' where granted.reader = current_user))'
        end;
        execute format('alter table published.%I enable row level security', its.name);
        execute format('alter table published.%I force row level security', its.name);
        execute format('drop policy if exists writer on published.%I', its.name);
        execute format('drop policy if exists reader on published.%I', its.name);
        execute format(
            'create policy writer on published.%I to current_user using (%s) with check (%s)',
            its.name, of_writer, of_writer
        );
        execute format('create policy reader on published.%I for select using (%s)', its.name, of_reader);
    end loop;
end
$$;
