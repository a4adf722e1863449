#!/bin/sh
# Run once by PostgreSQL's image, in an empty cluster: a database each for Prefect, the hub and the books.
# The user of hub and books may make readers (tasma warehouse allow), and is one whom row security binds.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
    --set prefect="$PREFECT_DATABASE_PASSWORD" --set tasma="$TASMA_DATABASE_PASSWORD" <<'SQL'
create role prefect login password :'prefect';
create role tasma login createrole password :'tasma';
create database prefect owner prefect;
create database hub owner tasma;
create database books owner tasma;
SQL
