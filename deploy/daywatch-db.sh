#!/bin/sh
# Run by PostgreSQL's own image when its volume is new: Daywatch's role and database.
# Daywatch is no superuser. Detections run as daywatch_read, which may only read.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$DAYWATCH_DB_PASSWORD" \
    --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE daywatch_read NOLOGIN;
CREATE ROLE daywatch LOGIN PASSWORD :'password';
GRANT daywatch_read TO daywatch;
CREATE DATABASE daywatch OWNER daywatch;
REVOKE CONNECT, TEMPORARY ON DATABASE daywatch FROM PUBLIC;
SQL
