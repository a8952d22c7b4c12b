#!/bin/sh
# Run by PostgreSQL's own image when its volume is new: Daywatch's role and database.
# Daywatch is no superuser; it makes the read-only roles that its detections run as.
set -eu
psql --quiet --set ON_ERROR_STOP=1 --set password="$DAYWATCH_DB_PASSWORD" \
    --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE daywatch LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE daywatch OWNER daywatch;
REVOKE CONNECT, TEMPORARY ON DATABASE daywatch FROM PUBLIC;
\connect daywatch
-- or a detection could leave its role: set_config('role', 'none', false)
REVOKE EXECUTE ON FUNCTION set_config(text, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION set_config(text, text, boolean) TO daywatch;
SQL
