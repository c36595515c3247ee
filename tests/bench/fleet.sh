#!/usr/bin/env bash
# What many databases cost, on this machine, in this run. Prints a table; fails nothing.
#
#   tests/bench/fleet.sh                       1,000 SQLite files, 20 pending revisions each
#   TENANTS=100 REVISIONS=50 RUNS=5 tests/bench/fleet.sh
#   BUILD=build/release tests/bench/fleet.sh   with a program that is built already
#
# The peer is the same SQL, in one transaction for each file, through the bare client: one loop that
# starts sqlite3 for each file, on one core. Times are medians of RUNS runs, taken in turns. `share`
# is the time against the peer's divided by the cores; the goal is at most 1.1. The line of one
# sqlite3 process that opens file after file is for comparison.
set -euo pipefail
cd "$(dirname "$0")/../.."
source tests/bench/measure.sh

TENANTS=${TENANTS:-1000}
REVISIONS=${REVISIONS:-20}
RUNS=${RUNS:-3}
cores=$(nproc)

build_release
work=$(mktemp -d "${TMPDIR:-/tmp}/dbmig-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

mkdir -p "$work/p/migrations" "$work/p/schemas"
awk -v out="$work/p" -v revisions="$REVISIONS" -v tables=$((REVISIONS / 5 + 1)) -f tests/bench/history.awk
printf 'dialects: [sqlite]\ndatabases: {tenants: "sqlite:///tenants/*.db"}\n' >"$work/p/dbmig.yaml"
cd "$work/p"

fresh() {
  rm -rf tenants
  mkdir tenants
  for i in $(seq "$TENANTS"); do : >"tenants/$i.db"; done
}
peer() { for file in tenants/*.db; do taskset -c 0 sqlite3 "$file" <sqlite.sql; done; }
single() { for file in tenants/*.db; do printf '.open %s\n.read sqlite.sql\n' "$file"; done | taskset -c 0 sqlite3; }
row() {  # row LABEL NAME
  awk -v label="$1" -v a="$(median "$2")" -v peer="$(median peer)" -v cores="$cores" \
    'BEGIN {printf "%-46s %10.1f ms  share %5.2f\n", label, a / 1000, a / (peer / cores)}'
}

for _ in $(seq "$RUNS"); do
  fresh
  once peer peer
  fresh
  once single single
  fresh
  once one "$dbmig" upgrade --all -j 1
  fresh
  once all "$dbmig" upgrade --all -j "$cores"
  once again "$dbmig" upgrade --all -j "$cores"
  fresh
  once ranks mpirun -n "$cores" "$dbmig" upgrade --all
done
echo "$TENANTS SQLite files, $REVISIONS pending revisions each, $cores cores"
row "sqlite3 < the same SQL, one after the other" peer
row "one sqlite3 process for all of them" single
row "dbmig upgrade --all -j 1" one
row "dbmig upgrade --all -j $cores" all
row "mpirun -n $cores dbmig upgrade --all" ranks
row "dbmig upgrade --all, nothing to do" again
