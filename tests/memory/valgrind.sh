#!/bin/sh
# A test under Valgrind: valgrind.sh PIDFD-PROGRAM PIDFD-LIBRARY PROGRAM [ARGS]. What the test starts runs outside of it.
NIGHTJAR_PIDFD=$1 LD_PRELOAD=$2
export NIGHTJAR_PIDFD LD_PRELOAD
shift 2
# Threads in turn: else one that spins keeps all others from running.
exec valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
  --num-callers=30 --fair-sched=yes "$@"
