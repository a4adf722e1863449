-- name: 0006_tenant_of_map
-- what: the account map says whose it is, as every other table does, so that the views read the tables
--       of many tenants at once

alter table statement_scheme rename to earlier_scheme;

alter table account_place rename to earlier_place;

create table statement_scheme (
    tenant varchar not null,
    chart varchar not null
);

create table account_place (
    tenant varchar not null,
    statement varchar not null,
    line varchar not null,
    accounts varchar not null,
    valid_from date not null
);

insert into statement_scheme
select (select any_value(tenant) from load), chart
from earlier_scheme;

insert into account_place
select (select any_value(tenant) from load), statement, line, accounts, valid_from
from earlier_place;

drop table earlier_scheme;

drop table earlier_place;
