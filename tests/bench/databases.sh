# shellcheck shell=bash disable=SC2154
# The databases of the benches. To be sourced where $programs is the folder of pgbench.

# A database of about this many megabytes of SQL: two fifths pgbench, two fifths JSON events, a fifth bytea.
fill() {
  local name=$1 size=$2
  createdb "$name"
  "$programs/pgbench" --initialize --quiet --no-vacuum --scale $((size * 2 / 5 / 10 + 1)) "$name" 2>/dev/null
  psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --output=/dev/null --dbname="$name" --set=events=$((size * 2 * 1000000 / 5 / 330)) \
    --set=blobs=$((size * 1000000 / 5 / 4120)) <<'SQL'
SELECT setseed(0.5);
CREATE TABLE events AS
  SELECT n AS id, timestamptz '2026-01-01 00:00+00' + n * interval '3 seconds' AS at, jsonb_build_object('kind',
    (ARRAY['view', 'click', 'purchase', 'refund'])[(random() * 3)::integer + 1], 'user', (random() * 1e6)::integer,
    'session', md5((random() * 1e6)::integer::text), 'path', '/shop/' || (random() * 1e4)::integer || '/details?ref=' ||
    (random() * 100)::integer, 'agent', 'Mozilla/5.0 (X11; Linux x86_64) Gecko/' || (random() * 100)::integer,
    'amount', round((random() * 1000)::numeric, 2), 'tags', jsonb_build_array('a', n % 10, NULL)) AS body
  FROM generate_series(1, :events) AS n;
CREATE TABLE pictures AS
  SELECT n AS id, decode(string_agg(md5(random()::text), ''), 'hex') || repeat('\x00'::text, 1)::bytea AS body
  FROM generate_series(1, :blobs) AS n, generate_series(1, 128) AS part GROUP BY n;
VACUUM ANALYZE;
SQL
}
