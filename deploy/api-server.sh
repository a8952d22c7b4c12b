#!/bin/sh
# Airflow's simple auth manager reads its passwords from a file; it would make one up itself,
# readable by everybody. Put a real auth manager (FAB, Keycloak) here for more than one person.
set -eu
umask 077
python -c 'import json, os; print(json.dumps({"admin": os.environ["AIRFLOW_ADMIN_PASSWORD"]}))' \
    > "$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"
exec airflow api-server --workers "${API_WORKERS:-2}"
