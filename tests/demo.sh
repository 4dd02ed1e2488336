#!/usr/bin/env bash
# nightjar on a throwaway PostgreSQL: an online shop is backed up, proven, damaged and restored. demo.sh PROGRAM
set -euo pipefail

program=$(realpath -- "$1")
tests=$(dirname -- "$(readlink -f -- "$0")")
work=$(mktemp -d "${TMPDIR:-/tmp}/nightjar-demo.XXXXXX")
chmod 755 "$work"

container=nightjar-demo-$$
clean_up() {
  trap '' INT TERM HUP
  if [ -e "$work/container" ]; then docker rm --force --volumes "$container" >/dev/null 2>&1 || true; fi
  "$tests/fixture/postgres.sh" stop "$work/postgres" || true
  rm -rf -- "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; fi

say() {
  printf '\n%s# %s%s\n' "$bold" "$*" "$plain"
}

# Print a command as one would type it, then run it.
show() {
  printf '%s$ %s%s\n' "$bold" "$*" "$plain"
  "$@"
}

nightjar() {
  "$program" "$@"
}

ask() {
  printf '%sshop=# %s%s\n' "$bold" "$1" "$plain"
  psql --no-psqlrc --quiet --dbname=shop --command="$1"
}

count_everything="SELECT (SELECT count(*) FROM customers) AS customers, (SELECT count(*) FROM orders) AS orders,
  (SELECT count(*) FROM order_lines) AS lines, (SELECT sum(total) FROM orders) AS turnover"

say "A PostgreSQL of this demonstration's own, with an online shop in it"
for variable in "${!PG@}" "${!NIGHTJAR@}"; do unset "$variable"; done
"$tests/fixture/postgres.sh" start "$work/postgres" >"$work/connection"
mapfile -t connection <"$work/connection"
export "${connection[@]}"
psql --no-psqlrc --quiet --dbname=postgres --command="CREATE DATABASE shop"
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --output=/dev/null --dbname=shop --file="$tests/demo.sql"
ask "$count_everything"

say "A home for nightjar: the connection goes into config/monitoring.env"
cd "$work"
show nightjar init home
for line in "${connection[@]}"; do # what one would do in an editor
  sed -i -E "s|^(# )?${line%%=*}=.*|$line|" home/config/monitoring.env
done
show grep --extended-regexp '^PG' home/config/monitoring.env
unset "${!PG@}"
export NIGHTJAR_HOME="$work/home"
show nightjar doctor

say "A backup is done when it has been proven: restored into a scratch database, and compared row for row"
show nightjar backup
show nightjar backups
show nightjar health-check

say "An accident"
export "${connection[@]}"
ask "DROP TABLE order_lines; DELETE FROM customers WHERE id % 3 = 0; UPDATE orders SET total = 0 WHERE id > 2000"
ask "$count_everything" || true
# An application that holds on to its connection.
psql --no-psqlrc --quiet --dbname=shop --command="SELECT pg_sleep(600)" >/dev/null 2>&1 &

say "The database comes back; what was live is put aside, and an application that is connected does not hinder it"
show nightjar restore --database shop --replace --yes
ask "$count_everything"

say "The stored backup, proven once more"
show nightjar verify

in_docker() {
  say "The same in a Docker container: the health check looks at every layer, and names the one that failed"
  touch "$work/container"
  "$tests/fixture/container.sh" image
  PGPASSWORD=demo "$tests/fixture/container.sh" postgres --name "$container" --health-cmd 'pg_isready -h /tmp' --health-interval 1s -- \
    >"$work/started"
  show nightjar init docker-home >/dev/null
  export NIGHTJAR_HOME="$work/docker-home"
  sed -i -E "s|^(# )?PGHOST=.*|PGHOST=127.0.0.1|; s|^(# )?PGPORT=.*|PGPORT=$(sed -n 2p "$work/started")|; s|^(# )?PGPASSWORD=.*|PGPASSWORD=demo|
    s|^(# )?POSTGRES_CONTAINER=.*|POSTGRES_CONTAINER=$container|" docker-home/config/monitoring.env
  show nightjar verify-startup --wait 1m
  show nightjar backup
  show nightjar health-check
  show docker stop "$container"
  show nightjar health-check || echo "(exit status $?)"
}

unset "${!PG@}"
if docker info >/dev/null 2>&1; then
  in_docker
else
  say "No Docker engine answers here: the part about containers is skipped"
fi

say "Done. All of it was in $work, and goes now."
