#!/usr/bin/env bash
# nightjar's health check beside a script that asks the same of docker, psql and df, on a real engine and a real server.
#
# Both run in turns, and the median counts; a ratio is of two medians of the same run. The column `limit` says what the figure
# should stay under. Nothing is asserted: a machine that is busy with something else gives other figures.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0")")/../.."

usage() {
  cat <<'TEXT'
health.sh [--targets N] [--rounds N]
  --targets N   how many targets the large run has (200)
  --rounds N    how often each is measured; the median counts (5)
TEXT
  exit "$1"
}

targets=200 rounds=5
while [ $# -gt 0 ]; do
  case "$1" in
  --targets) targets=$2 && shift 2 ;;
  --rounds) rounds=$2 && shift 2 ;;
  --help) usage 0 ;;
  *) usage 64 >&2 ;;
  esac
done

nightjar=$PWD/build/nightjar
# shellcheck source=tests/bench/measure.sh
. tests/bench/measure.sh
container='' volume=nightjar-bench-${work##*.} peer=''
clean_up() {
  [ -z "$peer" ] || kill "$peer" || true
  [ -z "$container" ] || docker rm --force --volumes "$container" >/dev/null || true
  docker volume rm --force "$volume" >/dev/null || true
}

for variable in "${!PG@}" "${!NIGHTJAR@}"; do unset "$variable"; done
export PGHOST=127.0.0.1 PGUSER=postgres PGPASSWORD=not-for-anybody PGDATABASE=postgres
tests/fixture/container.sh image

# Its data is on a volume, as that of a real image is.
start_server() {
  docker run --rm --volume /usr:/usr:ro --volume "$volume:/data" nightjar-test chown postgres /data
  mapfile -t started < <(tests/fixture/container.sh postgres --env PGDATA=/data/d \
    --volume "$volume:/data" --health-cmd 'pg_isready -h 127.0.0.1' --health-interval 2s -- max_connections=250)
  container=${started[0]}
  export PGPORT=${started[1]}
  until [ "$(docker inspect --format '{{.State.Health.Status}}' "$container")" = healthy ] && psql -c 'SELECT 1' >/dev/null 2>&1; do
    sleep 0.1
  done
}

# A home with a policy; what the server is, is in the environment.
home() {
  mkdir -p "$work/$1/config"
  printf 'POSTGRES_CONTAINER=%s\n' "$container" >"$work/$1/config/monitoring.env"
  chmod 600 "$work/$1/config/monitoring.env"
  printf 'return { %s }\n' "$2" >"$work/$1/config/policy.lua"
}

# What it finds is not what is measured here: on a busy machine a server may be late.
check() { "$nightjar" --home "$work/$1" health-check || [ $? -le 3 ]; }

# ---- the same questions by a script ----

engine_answers() { docker version --format '{{.Server.Version}}'; }
container_runs() { docker inspect --format '{{.State.Status}} {{.State.Health.Status}} {{.State.OOMKilled}} {{.RestartCount}}' "$container"; }
ready_inside() { docker exec "$container" pg_isready -h 127.0.0.1; }
query_answers() { "$psql" --no-psqlrc --tuples-only --no-align --command='SELECT 1'; }
disk_has_room() { df -P "$work/full/backups"; }
backup_is_fresh() { find "$work/full/backups" -name manifest.json -printf '%T@\n' | sort -n | tail -n 1; }
by_script() { engine_answers && container_runs && ready_inside && query_answers && disk_has_room && backup_is_fresh; }
by_script_without_exec() { engine_answers && container_runs && query_answers && disk_has_room && backup_is_fresh; }
by_nightjar() { check full; }
by_nightjar_without_exec() { check short; }

echo "Starting a server in a container, and backing it up"
start_server
psql=$(dirname "$(find /usr/lib/postgresql -path '*/bin/pgbench' | sort -V | tail -n 1)")/psql
home full ''
home short 'health = { checks = { pg_isready = false } }'
"$nightjar" --home "$work/full" backup >/dev/null
cp -r "$work/full/backups" "$work/short/"

echo "Checking one target, in turns"
in_turns by_script by_nightjar by_script_without_exec by_nightjar_without_exec
row "script: docker, psql, df, find" "${took[by_script]} s" "" ""
row "nightjar health-check" "${took[by_nightjar]} s" "$(ratio "${took[by_nightjar]}" "${took[by_script]}")" "0.50"
row "script without docker exec" "${took[by_script_without_exec]} s" "" ""
row "nightjar without pg_isready" "${took[by_nightjar_without_exec]} s" \
  "$(ratio "${took[by_nightjar_without_exec]}" "${took[by_script_without_exec]}")" "0.20"

echo "Checking $targets targets"
many=''
for ((number = 1; number <= targets; number++)); do many+="t$number = { port = $PGPORT }, "; done
home many "health = { checks = { backup = false } }, targets = { $many }"
by_nightjar_many() { check many; }
in_turns by_nightjar_many
row "nightjar health-check, $targets targets" "${took[by_nightjar_many]} s" "" "3 s"
row "  of these were all right in the last run" "$(grep -c '^ok ' "$work/output")" "" ""
row "peak memory of that" "$(peak "$nightjar" --home "$work/many" --quiet health-check) MiB" "" "64 MiB"

echo "Checking beside a server that never answers"
tests/fixture/postgres_peer.py "$work/peer" stops-after-login --to "$PGPORT" &
peer=$!
until [ -s "$work/peer" ]; do sleep 0.05; done
home hung "health = { timeout = '2s', attempts = 1, checks = { backup = false } },
  targets = { a = { port = $PGPORT }, b = { port = $(cat "$work/peer") }, c = { port = $PGPORT } }"
by_nightjar_hung() { check hung; }
row "one of three hangs, its deadline is 2 s" "$(seconds by_nightjar_hung) s" "" "2.5 s"

printf '\n%s cores, Docker %s, median of %s\n\n' "$(nproc)" "$(engine_answers)" "$rounds"
print_rows limit
