# shellcheck shell=bash disable=SC2154,SC2034
# What the benches share: a folder, $work, that goes in the end; times, memory and ratios, measured in turns, and the table of
# them. To be sourced where $rounds is a number; who starts something defines clean_up.

work=$(mktemp -d "${TMPDIR:-/tmp}/nightjar-bench.XXXXXX")
chmod 755 "$work"
clean_up() { :; }
end_bench() {
  trap '' INT TERM HUP
  clean_up
  rm -rf -- "$work"
}
trap end_bench EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Seconds that a command takes, on its standard output; what it says itself goes to a file.
seconds() {
  local began=$EPOCHREALTIME ended
  "$@" >"$work/output" 2>&1 || { cat "$work/output" >&2 && return 1; }
  ended=$EPOCHREALTIME
  awk -v began="$began" -v ended="$ended" 'BEGIN { printf "%.3f\n", ended - began }'
}

# The most memory that a command's own process has had resident, in MiB: what the kernel counted until it ended.
peak() {
  local pid highest=0 value
  "$@" >"$work/output" 2>&1 &
  pid=$!
  while value=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null) && [ -n "$value" ]; do
    highest=$value
    sleep 0.01
  done
  wait "$pid" || [ $? -le 3 ] || { cat "$work/output" >&2 && return 1; }
  awk -v kib="$highest" 'BEGIN { printf "%.1f\n", kib / 1024 }'
}

median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

rows=()
row() { rows+=("$(printf '| %-40s | %12s | %6s | %7s |' "$@")"); }

# Run each command in turns; its median goes into the variable of its name.
declare -A took
in_turns() {
  local round command
  for ((round = 1; round <= rounds; round++)); do
    for command in "$@"; do
      seconds "$command" >>"$work/$command.times"
    done
  done
  for command in "$@"; do took[$command]=$(median <"$work/$command.times"); done
}

# The table; its last column is called by the argument.
print_rows() {
  printf '| %-40s | %12s | %6s | %7s |\n' what figure ratio "$1"
  echo '|------------------------------------------|-------------:|-------:|--------:|'
  printf '%s\n' "${rows[@]}"
}
