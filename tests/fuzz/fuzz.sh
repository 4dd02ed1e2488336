#!/usr/bin/env bash
# Runs fuzz targets that ./dev fuzz has built: fuzz.sh [--seconds N] [TARGET...]
#
# Each target starts from its seeds, and from what earlier runs have found worth keeping in build-fuzz/corpus. What makes one
# fail is kept in build-fuzz/found: fuzz_TARGET FILE does it again.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0")")/../.."

seconds=600
if [ "${1:-}" = --seconds ]; then seconds=$2 && shift 2; fi
if [ $# -eq 0 ]; then set -- gzip fingerprint docker_stream json env manifest docker; fi

for target in "$@"; do
  program=build-fuzz/tests/fuzz/fuzz_$target
  [ -x "$program" ] || { echo "fuzz.sh: there is no '$program': ./dev fuzz builds it" >&2 && exit 64; }
  seeds=tests/fuzz/seeds/$target
  [ "$target" != fingerprint ] || seeds=tests/c/dumps
  mkdir -p "build-fuzz/corpus/$target" "build-fuzz/found/$target"
  echo "fuzz_$target, $seconds s"
  "$program" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="build-fuzz/found/$target/" "build-fuzz/corpus/$target" "$seeds" 2>&1 |
    grep -v -E '^(INFO|#|"|$)|NEW_FUNC' || { [ "${PIPESTATUS[0]}" -eq 0 ] || exit 1; }
done
