-- which scheme of statements the tenant reads its books by; no row: the first of statement_chart
create table statement_scheme (
    chart varchar not null
);

-- where the tenant's own account map puts accounts; defaults are statement_line's
-- accounts: one account, a prefix, or a range of prefixes (365-39); valid_from: first day of the
-- fiscal years that it holds for
create table account_place (
    statement varchar not null,
    line varchar not null,
    accounts varchar not null,
    valid_from date not null
);
