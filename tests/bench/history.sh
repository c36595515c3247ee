#!/usr/bin/env bash
# What long histories cost, on this machine, in this run. Prints a table; fails nothing.
#
#   tests/bench/history.sh                                   10,000 revisions over 1,000 tables
#   REVISIONS=1000 TABLES=100 RUNS=3 tests/bench/history.sh [reading] [proving] [sqlite] [alembic] [mariadb]
#   BUILD=build/release tests/bench/history.sh               with a program that is built already
#
# sqlite: all revisions, beside the same SQL through one sqlite3 process in one transaction.
# alembic: 1,000 of them, beside Alembic's upgrade by its own operations. mariadb: 300 of them, and MARIADB_REVISIONS, beside the same SQL through one client. Times are
# medians of RUNS runs, taken in turns with the peer's.
set -euo pipefail
cd "$(dirname "$0")/../.."
source tests/bench/measure.sh

REVISIONS=${REVISIONS:-10000}
TABLES=${TABLES:-$((REVISIONS / 10))}
MARIADB_REVISIONS=${MARIADB_REVISIONS:-3000}
RUNS=${RUNS:-3}
which=("$@")
[ ${#which[@]} -gt 0 ] || which=(reading proving sqlite alembic mariadb)

build_release
work=$(mktemp -d "${TMPDIR:-/tmp}/dbmig-bench.XXXXXX")
trap 'tests/support/mariadb_server.sh stop "$work/server" >/dev/null 2>&1; rm -rf "$work"' EXIT

# history FOLDER REVISIONS TABLES DIALECT
history() {
  mkdir -p "$1/migrations" "$1/schemas"
  awk -v out="$1" -v revisions="$2" -v tables="$3" -v alembic="${alembic:-}" -f tests/bench/history.awk
  printf 'dialects: [%s]\n' "$4" >"$1/dbmig.yaml"
}
row() {  # row LABEL NAME [PEER]
  local ratio=
  [ $# -lt 3 ] || ratio=$(awk -v a="$(median "$2")" -v b="$(median "$3")" 'BEGIN {printf "ratio %6.2f", a/b}')
  printf '%-56s %10.1f ms  %s\n' "$1" "$(awk -v a="$(median "$2")" 'BEGIN {print a/1000}')" "$ratio"
}

project() {
  [ -d "$work/long" ] || history "$work/long" "$REVISIONS" "$TABLES" sqlite
  cd "$work/long"
  [ -f dbmig.db ] || "$dbmig" -q upgrade
}

reading() {
  (
    project
    first=$(ls migrations | sed -n 1p)
    sleep 3
    "$dbmig" heads >/dev/null
    for _ in $(seq "$RUNS"); do
      once heads "$dbmig" heads
      once current "$dbmig" current
      once nothing "$dbmig" upgrade
      once history sh -c "'$dbmig' history | head -1"
      once check "$dbmig" check --offline
      once migrate "$dbmig" migrate --dry-run
    done
    # Apart: a file that was just written is read again until the clock can tell it from the index.
    for _ in $(seq "$RUNS"); do
      echo '# edited' >>"migrations/$first"
      once touched "$dbmig" check --offline
    done
  )
  echo "Reading $REVISIONS revisions over $TABLES tables"
  row heads heads
  row current current
  row "upgrade with nothing to do" nothing
  row "history | head -1" history
  row "check --offline" check
  row "check --offline after one file changed" touched
  row "migrate without a change" migrate
  echo
}

proving() {
  (
    project
    cp schemas/all.yaml "$work/model.yaml"
    for _ in $(seq "$RUNS"); do
      once verify "$dbmig" verify
      sed -i '0,/name: {type: varchar(40)/s//name: {type: varchar(60)/' schemas/all.yaml
      once change "$dbmig" migrate -m wider --dry-run
      cp "$work/model.yaml" schemas/all.yaml
    done
  )
  echo "Proving on SQLite after $REVISIONS revisions"
  row "verify of the last revision" verify
  row "migrate with one change" change
  echo
}

sqlite() {
  history "$work/all" "$REVISIONS" "$TABLES" sqlite
  for _ in $(seq "$RUNS"); do
    rm -f "$work/all"/*.db
    once sqlite_peer sh -c "sqlite3 '$work/all/peer.db' <'$work/all/sqlite.sql'"
    once sqlite_upgrade "$dbmig" -C "$work/all" upgrade
    rm -f "$work/all"/*.db
    once sqlite_each "$dbmig" -C "$work/all" upgrade --one-by-one
  done
  echo "Upgrade of $REVISIONS revisions on SQLite"
  row "sqlite3 < the same SQL, one transaction" sqlite_peer
  row "dbmig upgrade" sqlite_upgrade sqlite_peer
  row "dbmig upgrade --one-by-one" sqlite_each sqlite_peer
  echo
}

alembic() {
  local n=1000 peer
  peer=$(PATH=/usr/bin:$PATH type -P alembic) || { source tests/support/packages.sh; install_packages "${BENCH_PACKAGES[@]}"; peer=/usr/bin/alembic; }
  mkdir -p "$work/a/versions"
  alembic=1 history "$work/a" "$n" $((n / 10)) sqlite
  printf '[alembic]\nscript_location = %s\n' "$work/a" >"$work/a/alembic.ini"
  cat >"$work/a/env.py" <<'PYTHON'
from alembic import context
from sqlalchemy import create_engine

with create_engine("sqlite:///alembic.db").connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
PYTHON
  cd "$work/a"
  "$peer" heads >/dev/null  # compiles what Python keeps
  for _ in $(seq "$RUNS"); do
    rm -f ./*.db
    once alembic_peer "$peer" upgrade head
    once alembic_ours "$dbmig" upgrade
    once alembic_each "$dbmig" --url sqlite:///each.db upgrade --one-by-one
    once alembic_sqlite sh -c "sqlite3 sqlite3.db <sqlite.sql"
    once alembic_current "$peer" current
    once alembic_our_current "$dbmig" current
  done
  cd - >/dev/null
  echo "Beside Alembic, $n revisions on SQLite"
  row "alembic upgrade head" alembic_peer
  row "dbmig upgrade" alembic_ours alembic_peer
  row "dbmig upgrade --one-by-one" alembic_each alembic_peer
  row "sqlite3 < the same SQL, one transaction" alembic_sqlite alembic_peer
  row "alembic current" alembic_current
  row "dbmig current" alembic_our_current alembic_current
  echo
}

mariadb_of() {
  local n=$1 socket=$work/server/mariadb.sock client name
  client="command mariadb --no-defaults --socket=$socket --user=root"
  history "$work/m$n" "$n" $((n / 10)) mariadb
  for _ in $(seq "$RUNS"); do
    for name in peer ours singly; do $client -e "DROP DATABASE IF EXISTS $name; CREATE DATABASE $name"; done
    once "peer_$n" sh -c "$client peer <'$work/m$n/mariadb.sql'"
    once "ours_$n" "$dbmig" -C "$work/m$n" --url "mariadb://root@localhost/ours?socket=$socket" upgrade
    once "each_$n" "$dbmig" -C "$work/m$n" --url "mariadb://root@localhost/singly?socket=$socket" upgrade --one-by-one
  done
  echo "Upgrade of $n revisions on MariaDB"
  row "mariadb < the same SQL" "peer_$n"
  row "dbmig upgrade" "ours_$n" "peer_$n"
  row "dbmig upgrade --one-by-one" "each_$n" "peer_$n"
  echo
}

mariadb() {
  tests/support/mariadb_server.sh start "$work/server"
  mariadb_of 300
  [ "$MARIADB_REVISIONS" = 300 ] || mariadb_of "$MARIADB_REVISIONS"
}

for benchmark in "${which[@]}"; do
  case $benchmark in
    reading | proving | sqlite | alembic | mariadb) "$benchmark" ;;
    *) echo "unknown benchmark '$benchmark': reading, proving, sqlite, alembic or mariadb" >&2; exit 2 ;;
  esac
done
