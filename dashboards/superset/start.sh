#!/bin/sh
# Brings Superset's own tables, the first user, the bundle and the roles up to date, then serves.
set -eu

: "${SUPERSET_HOME:?folder for its own tables}"
: "${SUPERSET_SECRET_KEY:?key that signs sessions and encrypts passwords, see .env.example}"
: "${SUPERSET_ADMIN_USER:?name of the first user}"
: "${SUPERSET_ADMIN_PASSWORD:?password of the first user}"
here=$(dirname "$0")
export SUPERSET_CONFIG_PATH="${SUPERSET_CONFIG_PATH:-$here/superset_config.py}" FLASK_APP='superset.app:create_app()'

umask 077
superset db upgrade
superset init
# Says so and goes on where there is the user already; the password is not changed then.
superset fab create-admin --username "$SUPERSET_ADMIN_USER" --password "$SUPERSET_ADMIN_PASSWORD" \
    --firstname Heedline --lastname Admin --email admin@heedline.invalid
python "$here/set_up.py" "${SUPERSET_BUNDLE:-$here/bundle}" "${SUPERSET_ACCESS:-$here/access.yml}" "$SUPERSET_ADMIN_USER"

# One process: threads are enough where every query takes milliseconds, and SQLite is its memory.
exec gunicorn --bind "${SUPERSET_BIND:-127.0.0.1:8088}" --workers 1 --worker-class gthread --threads 8 --timeout 60 \
    --access-logfile - --log-level warning "superset.app:create_app()"
