#!/usr/bin/env bash
# Changes secrets of the containers without a stop:  deploy/rotate.sh passwords | keys | retire
#
#   passwords  a new password for every role and user, also the administrators', and 'migrate' to tell the servers
#   keys       a new pair of keys for everybody who signs; the old ones are known on
#   retire     two minutes after 'keys': what the old ones have signed is refused
#
# Files are written over where they lie: a container sees the file that it was given, not its name.
# COMPOSE names the program; otherwise it is the plugin of newer engines, or docker-compose where there is none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=deploy/secrets
: "${COMPOSE:=$(docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)}"
read -ra compose <<<"$COMPOSE"

random() {
    head -c 32 /dev/urandom | base64 | tr -d '\n' | tr '+/' '-_' | tr -d '='
}

keys() {
    docker run --rm --network none --user "$(id -u):$(id -g)" --volume "$(cd "$folder" && pwd):/secrets" \
        "continuum/cli:${CONTINUUM_VERSION:-0.1.0}" keys "$1" /secrets/keys
}

# The server first, with the password that was. Only 'migrate' logs in so.
administrators() {
    local postgres rabbitmq
    postgres=$(random)
    # shellcheck disable=SC2016  # the container expands it
    "${compose[@]}" exec -T postgres sh -c \
        'PGPASSWORD=$(cat /run/secrets/postgres_password) psql -h 127.0.0.1 -qU postgres -v ON_ERROR_STOP=1' \
        <<<"ALTER ROLE postgres PASSWORD '$postgres'"
    printf '%s' "$postgres" >"$folder/postgres_password"
    rabbitmq=$(random)
    "${compose[@]}" exec -T rabbitmq rabbitmqctl -q change_password continuum_administrator <<<"$rabbitmq"
    printf '%s' "$rabbitmq" >"$folder/rabbitmq_password"
    printf 'default_user = continuum_administrator\ndefault_pass = %s\n' "$rabbitmq" \
        >"$folder/rabbitmq_administrator.conf"
}

case ${1:-} in
    passwords)
        administrators
        for file in "$folder"/*_database_password "$folder"/*_amqp_password; do
            random >"$file"
        done
        "${compose[@]}" run --rm migrate
        ;;
    keys) keys rotate ;;
    retire) keys retire ;;
    *)
        echo "deploy/rotate.sh passwords | keys | retire" >&2
        exit 2
        ;;
esac
