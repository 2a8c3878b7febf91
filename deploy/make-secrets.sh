#!/usr/bin/env bash
# Writes what is missing of deploy/secrets: random passwords, and a pair of keys for everybody who signs.
# A file that is there stays as it is; the folder is its owner's alone, and git ignores it.
#
# The keys are made by the command line in its image (make up builds it first); CONTINUUM names another way to start it,
# such as CONTINUUM=./continuum.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1:-deploy/secrets}

# The folder protects the files: containers read them as another user, so the files themselves are open.
mkdir -p "$folder"
chmod 700 "$folder"
umask 022

random() {
    head -c 32 /dev/urandom | base64 | tr -d '\n' | tr '+/' '-_' | tr -d '='
}

password() {
    [[ -e $folder/$1 ]] || random >"$folder/$1"
}

password postgres_password
password rabbitmq_password
if [[ ! -e $folder/rabbitmq_administrator.conf ]]; then
    printf 'default_user = continuum_administrator\ndefault_pass = %s\n' "$(cat "$folder/rabbitmq_password")" \
        >"$folder/rabbitmq_administrator.conf"
fi
for service in services/[a-z]*/; do
    password "$(basename "$service")_database_password"
    password "$(basename "$service")_amqp_password"
done
password operator_database_password
password operator_amqp_password
password people_hash_key

# The mail server's address, such as smtps://user:password@mail.example.org:465; while it is empty, mails become files.
# The token of the teacher register, for whoever sets TEACHER_REGISTER_URL.
touch "$folder/smtp_url" "$folder/teacher_register_token"

if [[ ! -e $folder/keys ]]; then
    fresh=$folder/keys.new
    rm -rf "$fresh"
    if [[ -n ${CONTINUUM:-} ]]; then
        $CONTINUUM keys make "$fresh" >/dev/null
    else
        docker run --rm --network none --user "$(id -u):$(id -g)" --volume "$(cd "$folder" && pwd):/secrets" \
            "continuum/cli:${CONTINUUM_VERSION:-0.1.0}" keys make /secrets/keys.new >/dev/null
    fi
    chmod 755 "$fresh"
    chmod 644 "$fresh"/*
    mv "$fresh" "$folder/keys"
fi
echo "the secrets are in $folder"
