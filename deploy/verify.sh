#!/usr/bin/env bash
# Builds, starts, uses, scales, restarts and removes an installation of its own, and writes docs/containers.md from what
# it saw. Needs an engine with docker compose or docker-compose (1.29 or newer); takes about ten minutes.
#
# usage: deploy/verify.sh        COMPOSE='docker compose' names the program; nothing else of the engine is touched.
# shellcheck disable=SC2329    # functions are called by name, in steps
# shellcheck disable=SC2016    # the page has backquotes, and containers expand their own variables
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

: "${COMPOSE:=$(docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)}"
export COMPOSE_PROJECT_NAME=continuum-verify CONTINUUM_VERSION=${CONTINUUM_VERSION:-0.1.0} CONTINUUM_DEMO_CLOCK=1
CONTINUUM_REVISION=$(git rev-parse --short HEAD) && export CONTINUUM_REVISION
page=docs/containers.md
base=python:3.11-slim-bookworm
most_over_base=250
within=300
read -ra services <<<"$(printf '%s ' services/[a-z]*/ | sed 's|services/||g; s|/||g')"
folder=$(mktemp -d)
failed=0
rows=()

compose() {
    # shellcheck disable=SC2086  # the program may be two words
    $COMPOSE "$@"
}

container() {
    compose ps -q "$1" | sed -n "${2:-1}p"
}

# A command of the command line, inside the network.
cli() {
    compose run --rm -T --no-deps cli "$@"
}

# A query of a database, as the administrator.
query() {
    docker exec "$(container postgres)" sh -c \
        'PGPASSWORD=$(cat /run/secrets/postgres_password) psql -h 127.0.0.1 -U postgres -Atc "$1" "$2"' sh "$1" "$2"
}

seconds_since() {
    awk -v now="$(date +%s.%N)" -v began="$1" 'BEGIN { printf "%.1f", now - began }'
}

# step WHAT COMMAND...: runs it, and notes the time and whether it went well; the text after "-> " in its output is told.
step() {
    local what=$1 began log result
    shift
    began=$(date +%s.%N) log=$folder/$((${#rows[@]} + 1)).log
    printf '%s ... ' "$what"
    if "$@" >"$log" 2>&1; then
        result=$(sed -n 's/^-> //p' "$log" | tail -n 1)
        result=${result:-done}
    else
        result="**failed**" failed=1
    fi
    rows+=("| $what | $(seconds_since "$began") s | $result |")
    printf '%s (%s s)\n' "$result" "$(seconds_since "$began")"
    [[ $result != "**failed**" ]] || tail -n 30 "$log"
}

# Everything that has a health check says that it is well.
healthy() {
    local until=$((SECONDS + within)) states
    while ((SECONDS < until)); do
        # shellcheck disable=SC2046  # ids have no spaces
        states=$(docker inspect -f '{{.State.Health.Status}}' $(compose ps -q rabbitmq postgres "${services[@]}") 2>&1) || states=gone
        grep -qv '^healthy$' <<<"$states" || return 0
        sleep 1
    done
    compose ps
    return 1
}

up() {
    compose up -d "$@" && healthy
}

images_are_small() {
    local name size limit=$((most_over_base * 1000000))
    for name in "${services[@]}" cli; do
        size=$(($(docker image inspect -f '{{.Size}}' "continuum/$name:$CONTINUUM_VERSION") - $(docker image inspect -f '{{.Size}}' "$base")))
        echo "continuum/$name: $size over the base"
        ((size < limit)) || return 1
    done
    echo "-> each less than $most_over_base MB over its base"
}

# What is inside an image, asked of the image itself.
image_holds_one_service() {
    local name held
    for name in "${services[@]}"; do
        held=$(docker run --rm --network none --read-only --cap-drop ALL --entrypoint sh "continuum/$name:$CONTINUUM_VERSION" -c \
            'ls /opt/continuum/services; id -u; command -v pip gcc cc make git curl; true')
        [[ $held == "$name"$'\n10001' ]] || { echo "continuum/$name: $held"; return 1; }
    done
    echo "-> its own service and \`shared\`, user 10001, neither installer nor compiler"
}

demonstration() {
    cli demo --remote >"$folder/demo.txt" 2>&1 || { tail -n 20 "$folder/demo.txt"; return 1; }
    grep -q '^Nothing is missing\.' "$folder/demo.txt" || { tail -n 80 "$folder/demo.txt"; return 1; }
    echo "-> $(grep -oE '^[0-9]+ steps by people in [0-9.]+ s' "$folder/demo.txt"); $(grep -oE 'From an event to its last effect in any service: [^,]+, slowest [0-9]+ ms' "$folder/demo.txt"); nothing is missing"
}

ledger() {
    cli ledger | awk '/^heard, in all/ { due = $4; handled = $6; late = $NF } /^Nothing is missing\.$/ { well = 1 } { print }
        END { if (!well || handled < due || late > 0) exit 1; print "-> " due " effects due, all handled, none missing, " late " late" }'
}

refused() {
    local name other=cpd
    for name in "${services[@]}"; do
        [[ $name != cpd ]] || other=itt
        docker exec -i "$(container "$name")" python -P - "$other" <deploy/attempts.py || return 1
        other=cpd
    done
    echo "-> $(docker exec -i "$(container itt)" python -P - cpd <deploy/attempts.py | grep -c '^refused:') attempts from each service, all refused"
}

published_ports() {
    local id
    for id in $(compose ps -q); do
        [[ -z $(docker port "$id") ]] || return 1
    done
    [[ $(docker network inspect -f '{{.Internal}}' "${COMPOSE_PROJECT_NAME}_inside") == true ]] || return 1
    echo "-> no port is published, and the network between the parts leads nowhere else"
}

active_of() {
    docker exec "$1" python -P -m shared.health.probe /metrics | awk -v name="continuum_active{service=\"$2\"}" '$1 == name { print int($2) }'
}

# Exactly one of two replicas consumes; prints which.
active_replica() {
    local until=$((SECONDS + 60)) first second
    while ((SECONDS < until)); do
        first=$(active_of "$(container cpd 1)" cpd) second=$(active_of "$(container cpd 2)" cpd)
        [[ $first$second != 10 ]] || { echo 1; return 0; }
        [[ $first$second != 01 ]] || { echo 2; return 0; }
        sleep 1
    done
    return 1
}

scale() {
    up --no-recreate --scale cpd=2 && active_replica >/dev/null || return 1
    echo "-> two replicas are ready, one of them consumes"
}

# --- work that goes on while parts are restarted

start_work() {
    compose run --no-deps -T --name "$COMPOSE_PROJECT_NAME-work" --volume "$PWD/deploy/work.py:/tmp-work/work.py:ro" \
        --entrypoint python cli -P /tmp-work/work.py </dev/null >"$folder/work.out" 2>"$folder/work.err" &
    work=$!
    sleep 10
    kill -0 "$work" || { cat "$folder/work.err"; return 1; }
}

end_work() {
    docker kill --signal TERM "$COMPOSE_PROJECT_NAME-work" || return 1
    wait "$work" || { tail -n 5 "$folder/work.out" "$folder/work.err"; return 1; }
    docker rm -f "$COMPOSE_PROJECT_NAME-work" >/dev/null
    tail -n 1 "$folder/work.out"
    echo "-> $(tail -n 1 "$folder/work.out" | sed -E 's/.*"asked_again": ([0-9]+), "longest_s": ([0-9.]+), "committed": ([0-9]+).*/\3 events committed, each handled once by everybody who listens, none late; \1 calls were asked again, the longest took \2 s with that/')"
}

restart() {
    compose restart "$1" && healthy
}

kill_active() {
    local index other
    index=$(active_replica) || return 1
    other=$((3 - index))
    docker exec "$(container cpd "$index")" sh -c 'kill -9 -1'
    local until=$((SECONDS + 60))
    until [[ $(active_of "$(container cpd "$other")" cpd) == 1 ]]; do
        ((SECONDS < until)) || return 1
        sleep 0.5
    done
    healthy || return 1
    echo "-> the other replica took over, and the killed one came back"
}

# Passwords and keys change while work goes on; the keys that were are retired when nothing signed by them is on its way.
# Only secrets that this run has made: those that were there may be an installation's that runs.
rotate() {
    ((own_secrets)) || { echo "-> left out: deploy/secrets was there before, and may be another installation's"; return 0; }
    COMPOSE=$COMPOSE deploy/rotate.sh "$1" && healthy
}

retire() {
    ((! own_secrets)) || sleep 120
    rotate retire
}

# The command line with PostgreSQL's programs; what it copies belongs to whoever runs this.
copies() {
    compose run --rm -T --no-deps --user "$(id -u):$(id -g)" --volume "$folder/copies:/copies" backup "$@"
}

# back_up NAME: into a folder of that name
back_up() {
    mkdir -p "$folder/copies" && copies backup "/copies/$1" || return 1
    [[ $(find "$folder/copies/$1" -name '*.dump' | wc -l) == "${#services[@]}" ]] || return 1
    echo "-> a copy of each of ${#services[@]} databases, $(du -sk "$folder/copies/$1" | cut -f 1) KiB"
}

# What was copied at rest is put back: nothing is lost, so nothing is listed.
restore() {
    compose stop cpd && copies restore /copies/at-rest cpd --yes && copies restored cpd || return 1
    up --scale cpd=2 && ledger || return 1
    echo "-> restored from the copy and started again; nothing is missing"
}

mails_once() {
    local files sent
    files=$(docker exec "$(container notifications)" python -c \
        "from pathlib import Path; print(len(list(Path('/var/lib/continuum/mail').rglob('*.eml'))))")
    sent=$(query "SELECT count(*) FROM message WHERE state = 'sent'" continuum_notifications)
    echo "$files mails, $sent messages sent"
    [[ $files == "$sent" ]] || return 1
    echo "-> $files messages, $sent mails"
}

stop() {
    compose stop || return 1
    local name id
    for name in "${services[@]}"; do
        for id in $(compose ps -a -q "$name" 2>/dev/null || compose ps -q "$name"); do
            [[ $(docker inspect -f '{{.State.ExitCode}}' "$id") == 0 ]] || { docker inspect -f '{{.Name}} {{.State.ExitCode}}' "$id"; return 1; }
        done
    done
    # shellcheck disable=SC2046  # ids have no spaces
    echo "-> every service ended in order (exit code 0); $(docker inspect -f '{{index .Config.Labels "com.docker.compose.service"}} {{.State.ExitCode}}' \
        $(compose ps -q rabbitmq postgres) | paste -sd ',' | sed 's/,/, /')"
}

versions() {
    printf '| part | version |\n| --- | --- |\n'
    printf '| engine | %s |\n' "$(docker version -f '{{.Server.Version}}')"
    printf '| %s | %s |\n' "$COMPOSE" "$(compose version --short)"
    printf '| RabbitMQ, as `%s` reports | %s |\n' rabbitmq:4-management "$(docker exec "$(container rabbitmq)" rabbitmqctl version | tail -n 1)"
    printf '| PostgreSQL, as `%s` reports | %s |\n' postgres:17 "$(query 'SHOW server_version' postgres)"
    cli version | sed -E 's/^([^ ]+) (.*)$/| \1 | \2 |/'
}

images() {
    local name size over
    printf '| image | size | over its base |\n| --- | ---: | ---: |\n'
    for name in "${services[@]}" cli; do
        size=$(docker image inspect -f '{{.Size}}' "continuum/$name:$CONTINUUM_VERSION")
        over=$((size - $(docker image inspect -f '{{.Size}}' "$base")))
        printf '| continuum/%s | %d MB | %d MB |\n' "$name" $((size / 1000000)) $((over / 1000000))
    done
}

memory() {
    local name
    printf '| container | memory | limit |\n| --- | ---: | ---: |\n'
    for name in rabbitmq postgres "${services[@]}"; do
        docker stats --no-stream --format '{{.MemUsage}}' "$(container "$name")" | awk -F ' / ' -v name="$name" '{ printf "| %s | %s | %s |\n", name, $1, $2 }'
    done
}

load_average() {
    cut -d ' ' -f 1 /proc/loadavg
}

write_page() {
    {
        printf '# What was seen when it ran in containers\n\nWritten by `deploy/verify.sh` on %s, from revision %s; do not edit.\n' \
            "$(date -u +%Y-%m-%d)" "$CONTINUUM_REVISION"
        printf 'The machine had %s processors and %s GiB of memory; its load average was %s at the start and %s at the end.\n' \
            "$(nproc)" "$(awk '/MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo)" "$load" "$(load_average)"
        printf '\n## Versions\n\n%s\n' "$(<"$folder/versions")"
        printf '\nThe tags of images say what is asked for; the versions are those that the running containers reported.\n'
        printf '\n## Images\n\n%s\n' "$(<"$folder/images")"
        printf '\nThe sizes over the base hold one set of libraries that all images share.\n'
        printf '\n## What was done\n\n| what | took | result |\n| --- | ---: | --- |\n'
        printf '%s\n' "${rows[@]}"
        printf '\nWhat is built uses layers that are there already. A restart counts until every part says again that it is ready, which is\n'
        printf 'asked every 10 s. Work is a few people a second who take up posts and leave them, and files of trainees. An exit code of\n'
        printf '137 is a server that was killed when its grace was over, 143 one that ended at the signal.\n'
        printf '\n## Memory after all that\n\n%s\n' "$(<"$folder/memory")"
    } >"$page"
}

remove() {
    docker rm -f "$COMPOSE_PROJECT_NAME-work" >/dev/null 2>&1
    compose down -v --remove-orphans >/dev/null 2>&1
    rm -rf "$folder"
    ((! ${own_secrets:-0})) || rm -rf deploy/secrets
}

trap remove EXIT
load=$(load_average)
compose down -v --remove-orphans >/dev/null 2>&1

own_secrets=0
[[ -e deploy/secrets ]] || own_secrets=1
step "Build all images" compose --profile backup build
step "Secrets" deploy/make-secrets.sh
step "Images" images_are_small
step "What is in an image" image_holds_one_service
step "Start everything, until all is ready" up
step "Versions" versions
versions >"$folder/versions" 2>/dev/null
images >"$folder/images"
step "What is published" published_ports
step "Attempts that must be refused" refused
step "The demonstration, \`cli demo --remote\`" demonstration
step "The ledger" ledger
step "A second replica of cpd" scale
step "The demonstration again, with two replicas" demonstration
step "The ledger" ledger
export CONTINUUM_DEMO_CLOCK=0
step "Back to real time: the services are started anew" up --scale cpd=2
step "Work begins" start_work
for name in "${services[@]}"; do
    step "Restart $name under work" restart "$name"
done
step "Kill the active replica of cpd under work" kill_active
step "Restart rabbitmq under work" restart rabbitmq
step "Restart postgres under work" restart postgres
step "Migrate again under work" compose run --rm -T --no-deps migrate
step "New passwords under work, \`rotate.sh passwords\`" rotate passwords
step "New keys under work, \`rotate.sh keys\`" rotate keys
step "The old keys are refused two minutes later, \`rotate.sh retire\`" retire
step "A backup under work" back_up under-work
step "Work ends" end_work
step "A backup at rest" back_up at-rest
step "cpd is restored from it" restore
step "Each mail once" mails_once
memory >"$folder/memory"
step "Stop" stop
step "Remove everything" compose down -v --remove-orphans
write_page
((failed == 0)) && echo "all is well; $page tells more" || echo "something failed; $page tells what"
exit "$failed"
