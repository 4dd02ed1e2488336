#!/usr/bin/env bash
# nightjar beside pg_dump and the peers that Debian has, on one server with the settings that most have: wal_level=replica.
#
# Every tool runs in turns, as it comes: with its own compression, and its own idea of a backup. pgbackrest copies the server's
# files and its log, so its backup is of the whole server, and no other server's; the others dump one database.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0")")/../.."

usage() {
  cat <<'TEXT'
peers.sh [--megabytes N] [--rounds N]
  --megabytes N   size of the dump (1000)
  --rounds N      how often each is measured; the median counts (1)
TEXT
  exit "$1"
}

megabytes=1000 rounds=1
while [ $# -gt 0 ]; do
  case "$1" in
  --megabytes) megabytes=$2 && shift 2 ;;
  --rounds) rounds=$2 && shift 2 ;;
  --help) usage 0 ;;
  *) usage 64 >&2 ;;
  esac
done

nightjar=$PWD/build/nightjar
# shellcheck source=tests/bench/measure.sh
. tests/bench/measure.sh
clean_up() {
  tests/fixture/postgres.sh stop "$work/postgres" || true
}

for variable in "${!PG@}" "${!NIGHTJAR@}" "${!BORG@}"; do unset "$variable"; done
cat >"$work/pgbackrest.conf" <<TEXT
[global]
repo1-path=$work/pgbackrest
log-level-file=off
lock-path=$work/locks
spool-path=$work/spool
compress-type=gz
process-max=2
start-fast=y
[bench]
pg1-path=$work/postgres/data
pg1-socket-path=$work/postgres
pg1-user=postgres
TEXT
mkdir -m 777 "$work/pgbackrest" "$work/locks" "$work/spool"
tests/fixture/postgres.sh start "$work/postgres" max_wal_size=4GB shared_buffers=512MB autovacuum=off archive_mode=on \
  "archive_command=pgbackrest --config=$work/pgbackrest.conf --stanza=bench archive-push %p" >"$work/connection"
mapfile -t connection <"$work/connection"
export "${connection[@]}"
programs=$(dirname "$(find /usr/lib/postgresql -path '*/bin/pgbench' | sort -V | tail -n 1)")
# shellcheck source=tests/bench/databases.sh
. tests/bench/databases.sh

mkdir -p "$work/home/config" "$work/nothing"
printf '%s\n' "${connection[@]}" >"$work/home/config/monitoring.env"
chmod 600 "$work/home/config/monitoring.env"
echo "pg1-port=$PGPORT" >>"$work/pgbackrest.conf"
chmod 644 "$work/pgbackrest.conf"

cat >"$work/auto.conf" <<TEXT
USERNAME=$PGUSER
DBHOST=127.0.0.1
SU_USERNAME=
DBNAMES=big
GLOBALS_OBJECTS=
BACKUPDIR=$work/auto
MAILCONTENT=stdout
TEXT
sed "s|/etc/default/autopostgresqlbackup|$work/auto.conf|" /usr/sbin/autopostgresqlbackup >"$work/autopostgresqlbackup"
cat >"$work/borgmatic.yaml" <<TEXT
location:
  source_directories: [$work/nothing]
  repositories: [$work/borg]
hooks:
  postgresql_databases: [{name: big, hostname: 127.0.0.1, port: $PGPORT, username: $PGUSER, password: $PGPASSWORD}]
TEXT
export BORG_BASE_DIR=$work/borg-home BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes

as_server() { if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
plain() { pg_dump --no-password big >/dev/null; }
with_gzip() { pg_dump --no-password big | gzip -6 >"$work/gzip.gz"; }
with_pigz() { pg_dump --no-password big | pigz -6 >"$work/pigz.gz"; }
custom() { pg_dump --no-password --format=custom --file="$work/big.custom" big; }
auto() { rm -rf "$work/auto" && PGHOST=127.0.0.1 bash "$work/autopostgresqlbackup"; }
borgmatic_create() {
  rm -rf "$work/borg" && borgmatic --config "$work/borgmatic.yaml" init --encryption none &&
    borgmatic --config "$work/borgmatic.yaml" create
}
pgbackrest_full() { as_server pgbackrest --config="$work/pgbackrest.conf" --stanza=bench --type=full backup; }
unproven() { rm -rf "$work/home/backups" && "$nightjar" --home "$work/home" backup --database big --no-verify; }
proven() { rm -rf "$work/home/backups" && "$nightjar" --home "$work/home" backup --database big; }

dump_restored() {
  createdb restored_plain && gunzip -c "$work/gzip.gz" | psql --no-psqlrc --quiet --single-transaction \
    --set=ON_ERROR_STOP=1 --output=/dev/null restored_plain && dropdb restored_plain
}
custom_restored() { createdb restored_custom && pg_restore --jobs=2 --dbname=restored_custom "$work/big.custom" && dropdb restored_custom; }
nightjar_restored() { "$nightjar" --home "$work/home" restore --database big --as restored --yes && dropdb restored; }

size_of() { du --bytes --summarize -- "$1" | awk '{ printf "%d MB", $1 / 1000000 }'; }
tool() { row "$1" "${took[$2]} s" "$(ratio "${took[$2]}" "${took[unproven]}")" "${3:-}"; }

echo "Making a database of $megabytes MB"
fill big "$megabytes"
as_server pgbackrest --config="$work/pgbackrest.conf" --stanza=bench stanza-create >/dev/null
echo "Backing up, in turns"
in_turns plain with_gzip with_pigz custom auto borgmatic_create pgbackrest_full unproven proven
tool "pg_dump > /dev/null" plain
tool "nightjar backup --no-verify" unproven "$(size_of "$work/home/backups/main")"
tool "pg_dump into gzip -6" with_gzip "$(size_of "$work/gzip.gz")"
tool "pg_dump into pigz -6" with_pigz "$(size_of "$work/pigz.gz")"
tool "pg_dump --format=custom" custom "$(size_of "$work/big.custom")"
tool "autopostgresqlbackup" auto "$(size_of "$work/auto")"
tool "borgmatic, with its repository made" borgmatic_create "$(size_of "$work/borg")"
tool "pgbackrest, full, 2 processes" pgbackrest_full "$(size_of "$work/pgbackrest/backup")"
tool "nightjar backup, proven by test restore" proven "$(size_of "$work/home/backups/main")"
echo "Restoring, in turns"
in_turns dump_restored custom_restored nightjar_restored
for each in dump_restored:'gunzip -c into psql -1' custom_restored:'pg_restore --jobs=2' nightjar_restored:'nightjar restore, checked and analyzed'; do
  row "${each#*:}" "${took[${each%%:*}]} s" "$(ratio "${took[${each%%:*}]}" "${took[nightjar_restored]}")" ""
done

printf '\n%s cores, PostgreSQL %s, median of %s. The ratio is to nightjar.\n\n' "$(nproc)" \
  "$(psql --no-psqlrc --tuples-only --no-align --dbname=postgres --command='SHOW server_version')" "$rounds"
print_rows size
