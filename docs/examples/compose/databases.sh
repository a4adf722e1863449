#!/bin/sh
# Run once by PostgreSQL's image, in an empty cluster: a database each for Prefect, the hub and the books.
# The user of hub and books may make readers (tasma warehouse allow), and is one whom row security binds.
# Passwords are read from the environment, since whoever may list processes sees what stands in a command.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" <<'SQL'
\getenv prefect PREFECT_DATABASE_PASSWORD
\getenv tasma TASMA_DATABASE_PASSWORD
create role prefect login password :'prefect';
create role tasma login createrole password :'tasma';
create database prefect owner prefect;
create database hub owner tasma;
create database books owner tasma;
SQL
