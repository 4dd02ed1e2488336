#!/usr/bin/env bash
# nightjar beside pg_dump, gzip, pigz and psql: speed and memory in one run, on SQL that it makes itself.
#
# What is compared runs in turns, three times, and the median counts; a ratio is of two medians of the same run. The
# column `limit` says what the figure should stay under (or over, for a rate). Nothing is asserted: a machine that is
# busy with something else gives other figures.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0")")/../.."

usage() {
  cat <<'TEXT'
bench.sh [--megabytes N] [--small N] [--huge] [--rounds N]
  --megabytes N   size of the dump that times are taken on (1500)
  --small N       size of the small dump that memory is compared with (100)
  --huge          measure memory on a dump of 5 GB as well
  --rounds N      how often each is measured; the median counts (3)
TEXT
  exit "$1"
}

megabytes=1500 small=100 huge='' rounds=3
while [ $# -gt 0 ]; do
  case "$1" in
  --megabytes) megabytes=$2 && shift 2 ;;
  --small) small=$2 && shift 2 ;;
  --huge) huge=5000 && shift ;;
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

for variable in "${!PG@}" "${!NIGHTJAR@}"; do unset "$variable"; done
tests/fixture/postgres.sh start "$work/postgres" max_wal_size=8GB shared_buffers=512MB wal_level=minimal \
  max_wal_senders=0 autovacuum=off >"$work/connection"
mapfile -t connection <"$work/connection"
export "${connection[@]}"
mkdir -p "$work/home/config"
printf '%s\n' "${connection[@]}" >"$work/home/config/monitoring.env"
chmod 600 "$work/home/config/monitoring.env"
programs=$(dirname "$(find /usr/lib/postgresql -path '*/bin/pgbench' | sort -V | tail -n 1)")

# shellcheck source=tests/bench/databases.sh
. tests/bench/databases.sh

dump() { pg_dump --no-password "$1"; }
plain() { dump big >/dev/null; }
with_pigz() { dump big | pigz -6 >"$work/pigz.gz"; }
with_gzip() { dump big | gzip -6 >"$work/gzip.gz"; }
backup() { "$nightjar" --home "$work/home" backup --database "$1" --no-verify; }
backup_big() { rm -rf "$work/home/backups" && backup big; }
stored_file() { find "$work/home/backups/main" -name big.sql.gz | sort | tail -n 1; }
restore_nightjar() { "$nightjar" --home "$work/home" restore --database big --as "$1" --yes; }
restore_psql() {
  createdb "$1"
  gunzip -c "$(stored_file)" | psql --no-psqlrc --quiet --single-transaction --set=ON_ERROR_STOP=1 --output=/dev/null "$1"
}
restore_custom() { createdb "$1" && pg_restore --jobs=2 --dbname="$1" "$work/big.custom"; }
restore_psql_analyzed() { restore_psql "$1" && psql --no-psqlrc --quiet --dbname="$1" --command=ANALYZE; }
many() {
  local _
  for _ in {1..50}; do "$@" --version >/dev/null; done
}

echo "Making databases: small ($small MB), big ($megabytes MB)${huge:+, huge ($huge MB)}"
fill small "$small"
fill big "$megabytes"
[ -z "$huge" ] || fill huge "$huge"
dump big >"$work/big.sql"
raw=$(stat -c %s "$work/big.sql")

echo "Dumping, in turns"
in_turns plain backup_big with_pigz
took[gzip]=$(seconds with_gzip)
stored=$(stat -c %s "$(stored_file)")
row "pg_dump > /dev/null" "${took[plain]} s" "" ""
row "pg_dump into pigz -6" "${took[with_pigz]} s" "" ""
row "pg_dump into gzip -6 (once)" "${took[gzip]} s" "" ""
row "nightjar backup --no-verify" "${took[backup_big]} s" "" ""
row "  beside pg_dump > /dev/null" "" "$(ratio "${took[backup_big]}" "${took[plain]}")" "1.15"
row "  beside pg_dump into pigz -6" "" "$(ratio "${took[backup_big]}" "${took[with_pigz]}")" "0.65"
row "size of the dump" "$((raw / 1000000)) MB" "" ""
row "size by gzip -6" "$(($(stat -c %s "$work/gzip.gz") / 1000000)) MB" "" ""
row "size by nightjar" "$((stored / 1000000)) MB" "$(ratio "$stored" "$(stat -c %s "$work/gzip.gz")")" "1.00"

echo "Measuring memory"
row "peak memory, backup of $small MB" "$(peak "$nightjar" --home "$work/home" backup --database small --no-verify) MiB" "" "64 MiB"
row "peak memory, backup of $megabytes MB" "$(peak "$nightjar" --home "$work/home" backup --database big --no-verify) MiB" "" "64 MiB"
if [ -n "$huge" ]; then
  row "peak memory, backup of $huge MB" "$(peak "$nightjar" --home "$work/home" backup --database huge --no-verify) MiB" "" "64 MiB"
fi

echo "Fingerprinting"
for ((round = 1; round <= rounds; round++)); do
  taskset --cpu-list 0 "$nightjar" run tests/bench/fingerprint.lua "$work/big.sql" >>"$work/fingerprint.rates"
done
row "fingerprint, one core" "$(median <"$work/fingerprint.rates") GB/s" "" "over 1"

echo "Restoring, in turns"
pg_dump --no-password --format=custom --compress=1 --file="$work/big.custom" big
for ((round = 1; round <= rounds; round++)); do
  seconds restore_psql "psql_$round" >>"$work/restore_psql.times"
  seconds restore_psql_analyzed "analyzed_$round" >>"$work/restore_analyzed.times"
  seconds restore_nightjar "nightjar_$round" >>"$work/restore_nightjar.times"
  seconds restore_custom "custom_$round" >>"$work/restore_custom.times"
  for name in psql analyzed nightjar custom; do dropdb "${name}_$round"; done
done
took[psql]=$(median <"$work/restore_psql.times")
took[restore]=$(median <"$work/restore_nightjar.times")
took[custom]=$(median <"$work/restore_custom.times")
took[analyzed]=$(median <"$work/restore_analyzed.times")
row "gunzip -c into psql -1" "${took[psql]} s" "" ""
row "gunzip -c into psql -1, then ANALYZE" "${took[analyzed]} s" "" ""
row "pg_restore --jobs=2, of a custom dump" "${took[custom]} s" "" ""
row "nightjar restore (checks and analyzes)" "${took[restore]} s" "" ""
row "  beside psql -1" "" "$(ratio "${took[restore]}" "${took[psql]}")" "1.00"
row "  beside psql -1, then ANALYZE" "" "$(ratio "${took[restore]}" "${took[analyzed]}")" ""
row "  beside pg_restore --jobs=2" "" "$(ratio "${took[restore]}" "${took[custom]}")" ""
row "peak memory, restore" "$(peak "$nightjar" --home "$work/home" restore --database big --as memory --yes) MiB" "" "64 MiB"
dropdb memory

psql_program=$programs/psql
many_psql() { many "$psql_program"; }
many_nightjar() { many "$nightjar"; }
in_turns many_psql many_nightjar
row "psql --version, fifty times" "${took[many_psql]} s" "" ""
row "nightjar --version, fifty times" "${took[many_nightjar]} s" "$(ratio "${took[many_nightjar]}" "${took[many_psql]}")" "2.00"

echo "Proving"
row "nightjar backup, with proof (once)" "$(seconds "$nightjar" --home "$work/home" backup --database big) s" "" ""

printf '\n%s cores, PostgreSQL %s, %s MB of SQL, median of %s\n\n' "$(nproc)" \
  "$(psql --no-psqlrc --tuples-only --no-align --dbname=postgres --command='SHOW server_version')" "$((raw / 1000000))" "$rounds"
print_rows limit
