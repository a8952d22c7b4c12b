#!/bin/sh
# Once before the other services start: Airflow's metadata, and the pool that bounds how many
# tasks use the warehouse at once. Safe to run again.
set -eu
airflow db migrate
airflow pools set "$DAYWATCH_WAREHOUSE_POOL" "${WAREHOUSE_SLOTS:-8}" "Daywatch's warehouse"
