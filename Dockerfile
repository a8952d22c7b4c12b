# Daywatch on Airflow: one image for every Airflow service of docker-compose.yaml.
# The versions are those of constraints.txt, with which the tests run.
FROM python:3.11.13-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    AIRFLOW_HOME=/opt/airflow \
    DAYWATCH_HOME=/opt/daywatch \
    PYTHONPATH=/opt/daywatch/config

# tini reaps what the workers' children leave behind.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 50000 --gid 0 --create-home airflow \
    && install --directory --owner=50000 --group=0 /opt/airflow /opt/airflow/logs /opt/airflow/private /opt/airflow/daywatch

WORKDIR /opt/daywatch
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY plugins plugins
# Editable, so that the package and Airflow's plugins folder are one and the same.
RUN pip install --constraint constraints.txt --editable '.[celery]'
COPY dags dags
COPY config config
COPY deploy deploy
COPY sql sql
COPY expectations expectations

USER 50000
WORKDIR /opt/airflow
ENTRYPOINT ["/usr/bin/tini", "-g", "--"]
CMD ["airflow", "version"]
