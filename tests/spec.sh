#!/usr/bin/env bash
# Run a spec in a temporary folder of its own, by which tests/lua/leaks.lua knows what it leaves:
# tests/spec.sh NIGHTJAR run tests/lua/busted.lua SPEC...
set -euo pipefail
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/spec.XXXXXX")
chmod 755 "$TMPDIR" # the throwaway server has another user
export TMPDIR SPEC_FOLDER=$TMPDIR

# What ctest has open is nobody's leak: its log, which changes its name on the way. 255 is this script.
for descriptor in "/proc/$$/fd"/*; do
  descriptor=${descriptor##*/}
  if [ "$descriptor" -gt 2 ] && [ "$descriptor" -ne 255 ]; then exec {descriptor}>&-; fi
done
exec "$@"
