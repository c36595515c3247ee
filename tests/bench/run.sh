#!/usr/bin/env bash
# Benchmarks against the peers, on this machine, in this run. Prints a table; fails nothing.
#
#   tests/bench/run.sh [startup] [schema] [proof] [import] [ranks]   which (default: all)
#   ROWS=2000000 TABLES=1000 RUNS=5 tests/bench/run.sh       rows of the import, tables of the
#                                                            schema, paired runs of each
#
# Each figure is the median of RUNS runs, taken in turns with the peer's; the ratio is dbmig's time
# divided by the peer's, so less than 1 is faster.
set -euo pipefail
cd "$(dirname "$0")/../.."
source tests/support/packages.sh
install_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" "${BENCH_PACKAGES[@]}"

ROWS=${ROWS:-2000000}
TABLES=${TABLES:-1000}
RUNS=${RUNS:-5}
which=("$@")
[ ${#which[@]} -gt 0 ] || which=(startup schema proof import ranks)

# BUILD names a folder that is built already.
if [ -z "${BUILD:-}" ]; then
  BUILD=$PWD/build/test
  cmake --preset test >/dev/null
  cmake --build --preset test --target dbmig dbmig_mpi generate_csv >/dev/null
fi
dbmig=$BUILD/dbmig
generate=$BUILD/generate_csv
work=$(mktemp -d "${TMPDIR:-/tmp}/dbmig-bench.XXXXXX")
trap 'tests/support/mariadb_server.sh stop "$work/server" >/dev/null 2>&1; rm -rf "$work"' EXIT
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

# once NAME FILE COMMAND...: runs COMMAND, appends its wall time in milliseconds to $work/NAME.times
once() {
  local name=$1 start end
  shift
  start=$(date +%s%N)
  "$@" >"$work/$name.out" 2>&1 || { echo "$name failed:"; tail -5 "$work/$name.out"; exit 1; }
  end=$(date +%s%N)
  echo $(((end - start) / 1000)) >>"$work/$name.times"
}
median() { sort -n "$work/$1.times" | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}'; }
row() {  # row LABEL NAME PEER
  awk -v label="$1" -v a="$(median "$2")" -v b="$(median "$3")" \
    'BEGIN {printf "%-52s %10.1f ms   ratio %6.3f\n", label, a/1000, a/b}'
}

startup() {
  mkdir -p "$work/alembic" "$work/project"
  (cd "$work/alembic" && alembic init migrations >/dev/null 2>&1 &&
    sed -i "s#^sqlalchemy.url.*#sqlalchemy.url = sqlite:///$work/alembic/app.db#" alembic.ini &&
    alembic revision -m first >/dev/null 2>&1 && alembic upgrade head >/dev/null 2>&1)
  (cd "$work/project" && "$dbmig" init >/dev/null 2>&1 && printf 'tables:\n  t:\n    columns:\n      id: {type: integer}\n    primary_key: [id]\n' >schemas/t.yaml &&
    rm -f schemas/example.yaml && "$dbmig" migrate -m first >/dev/null 2>&1 && "$dbmig" upgrade >/dev/null 2>&1)
  for _ in $(seq $((RUNS * 4))); do
    once alembic_current env -C "$work/alembic" alembic current
    once dbmig_current env -C "$work/project" "$dbmig" current
  done
  echo "Start-up: current, one revision, SQLite"
  row "alembic current" alembic_current alembic_current
  row "dbmig current" dbmig_current alembic_current
  echo
}

# schema_sql TABLES: 15 columns, 3 indexes and 2 foreign keys in each table.
schema_sql() {
  awk -v n="$1" 'BEGIN {
    for (t = 0; t < n; ++t) {
      printf "CREATE TABLE t%d (id INTEGER NOT NULL PRIMARY KEY", t
      for (c = 1; c <= 5; ++c) printf ", a%d INTEGER NOT NULL DEFAULT %d", c, c
      for (c = 1; c <= 5; ++c) printf ", b%d VARCHAR(%d)", c, 10 * c
      printf ", c1 DECIMAL(10,2), c2 DATETIME, p INTEGER, q INTEGER"
      printf ", CONSTRAINT fk_%d_p FOREIGN KEY (p) REFERENCES t%d (id)", t, (t > 0 ? t - 1 : 0)
      printf ", CONSTRAINT fk_%d_q FOREIGN KEY (q) REFERENCES t%d (id));\n", t, (t > 1 ? t - 2 : 0)
      printf "CREATE INDEX ix_%d_1 ON t%d (p, a1);\nCREATE INDEX ix_%d_2 ON t%d (q, b1);\n", t, t, t, t
      printf "CREATE UNIQUE INDEX ix_%d_3 ON t%d (a2, b2, c2);\n", t, t
    }
  }'
}

peak() { /usr/bin/time -f %M -o "$work/peak" "$@" >/dev/null 2>&1; tail -1 "$work/peak" | awk '{printf "%.0f MB", $1/1024}'; }

# schema_on NAME URL PEER...: PEER writes the schema down by the database's own tool.
schema_on() {
  local name=$1 url=$2
  shift 2
  local project=$work/schema_$name
  "$dbmig" init "$project" >/dev/null 2>&1
  rm -f "$project/schemas/example.yaml"
  "$dbmig" -C "$project" --url "$url" inspect -o "$project/schemas/all.yaml" >/dev/null 2>&1
  for _ in $(seq "$RUNS"); do
    once "peer_$name" "$@"
    once "inspect_$name" "$dbmig" -C "$project" --url "$url" inspect
    once "migrate_$name" "$dbmig" -C "$project" migrate -m all --dry-run --no-proof
  done
  "$dbmig" -C "$project" migrate -m all --no-proof >/dev/null 2>&1
  "$dbmig" -C "$project" --url "$url" stamp head >/dev/null 2>&1
  sed -i '0,/b1: *varchar(10)/s//b1: varchar(20)/' "$project/schemas/all.yaml"
  for _ in $(seq "$RUNS"); do
    once "change_$name" "$dbmig" -C "$project" migrate -m change --dry-run --no-proof
    once "diff_$name" sh -c '"$@"; [ $? -eq 3 ]' sh "$dbmig" -C "$project" --url "$url" diff database model
  done
  row "$(basename "$1") (dump of the schema)" "peer_$name" "peer_$name"
  row "inspect ($(peak "$dbmig" -C "$project" --url "$url" inspect))" "inspect_$name" "peer_$name"
  row "migrate, first revision" "migrate_$name" "peer_$name"
  row "migrate, one column changed ($(peak "$dbmig" -C "$project" migrate -m x --dry-run --no-proof))" "change_$name" "peer_$name"
  row "diff database model ($(peak "$dbmig" -C "$project" --url "$url" diff database model))" "diff_$name" "peer_$name"
  echo
}

schema() {
  schema_sql "$TABLES" >"$work/schema.sql"
  echo "Schema of $TABLES tables, SQLite"
  sqlite3 "$work/schema.db" <"$work/schema.sql"
  schema_on sqlite "sqlite:///$work/schema.db" sqlite3 "$work/schema.db" .schema
  tests/support/mariadb_server.sh start "$work/server"
  local client="mariadb --no-defaults --socket=$work/server/mariadb.sock --user=root"
  $client -e "CREATE DATABASE big"
  $client big <"$work/schema.sql"
  echo "Schema of $TABLES tables, MariaDB"
  schema_on mariadb "mariadb://root@localhost/big?socket=$work/server/mariadb.sock" \
    mariadb-dump --no-defaults "--socket=$work/server/mariadb.sock" --user=root --no-data big
  local before after
  before=$($client -N -e "SHOW GLOBAL STATUS LIKE 'Questions'" | awk '{print $2}')
  "$dbmig" --url "mariadb://root@localhost/big?socket=$work/server/mariadb.sock" inspect >/dev/null 2>&1
  after=$($client -N -e "SHOW GLOBAL STATUS LIKE 'Questions'" | awk '{print $2}')
  echo "Statements that one inspect sends to MariaDB: $((after - before - 1))"
  echo
}

# proof: a change of one table of 300 proved, and what the journal costs beside the bare SQL.
proof() {
  local tables=300 project=$work/proof server socket client n kind statements
  server=$work/server
  socket=$server/mariadb.sock
  tests/support/mariadb_server.sh start "$server"
  client="mariadb --no-defaults --socket=$socket --user=root"
  schema_sql "$tables" >"$work/proof.sql"
  "$dbmig" init "$project" >/dev/null 2>&1
  rm -f "$project/schemas/example.yaml"
  "$dbmig" -C "$project" inspect --sql-file "$work/proof.sql" --dialect sqlite \
    -o "$project/schemas/all.yaml" >/dev/null 2>&1
  "$dbmig" -C "$project" migrate -m all --no-proof >/dev/null 2>&1
  sed -i '0,/b1: *varchar(10)/s//b1: varchar(20)/' "$project/schemas/all.yaml"
  for kind in sqlite mariadb; do
    printf 'dialects: [%s]\nscratch: "mariadb://root@localhost/?socket=%s"\n' "$kind" "$socket" \
      >"$project/$kind.yaml"
  done
  for _ in $(seq "$RUNS"); do
    once unproved "$dbmig" -C "$project" migrate -m change --dry-run --no-proof
    for kind in sqlite mariadb; do
      once "proved_$kind" "$dbmig" -C "$project" --config "$project/$kind.yaml" \
        migrate -m change --dry-run
    done
  done
  echo "A change proved on a history of $tables tables"
  row "migrate --no-proof" unproved unproved
  row "migrate, proved on SQLite" proved_sqlite unproved
  row "migrate, proved on MariaDB" proved_mariadb unproved
  echo

  "$dbmig" -C "$project" migrate -m change --no-proof >/dev/null 2>&1
  "$dbmig" -C "$project" --url "mariadb://root@localhost/none?socket=$socket" upgrade --sql \
    >"$work/bare.sql"
  statements=$(grep -c ';$' "$work/bare.sql")
  for _ in $(seq "$RUNS"); do
    for n in bare journalled; do $client -e "DROP DATABASE IF EXISTS $n; CREATE DATABASE $n"; done
    once bare sh -c "$client bare <'$work/bare.sql'"
    once journalled "$dbmig" -C "$project" --url \
      "mariadb://root@localhost/journalled?socket=$socket" upgrade
  done
  echo "The journal: $statements statements on MariaDB"
  row "mariadb < script of upgrade --sql" bare bare
  row "dbmig upgrade" journalled bare
  awk -v a="$(median journalled)" -v b="$(median bare)" -v n="$statements" \
    'BEGIN {printf "per statement %.2f ms beside %.2f ms\n\n", a/n/1000, b/n/1000}'
  tests/support/mariadb_server.sh stop "$server"
}

model() {
  cat <<'Y'
tables:
  sale:
    columns:
      id: {type: integer}
      customer: {type: varchar(40), nullable: false}
      amount: {type: "decimal(10,2)", nullable: false}
      rate: {type: double}
      created: {type: datetime}
      day: {type: date}
      active: {type: boolean, nullable: false}
      note: {type: varchar(80)}
    primary_key: [id]
Y
}

import_sqlite() {
  for _ in $(seq "$RUNS"); do
    rm -f "$work"/*.db
    "$dbmig" -C "$work/import" --url "sqlite:///$work/peer.db" upgrade >/dev/null 2>&1
    for n in 0 1 2; do
      "$dbmig" -C "$work/import" --url "sqlite:///$work/d$n.db" upgrade >/dev/null 2>&1
    done
    once peer_sqlite sqlite3 "$work/peer.db" ".import --csv --skip 1 $work/sale.csv sale"
    once dbmig_sqlite_0 "$dbmig" -C "$work/import" --url "sqlite:///$work/d0.db" import "$work/sale.csv"
    for n in 1 2; do
      once "dbmig_sqlite_$n" mpirun -n "$n" "$dbmig" -C "$work/import" --url "sqlite:///$work/d$n.db" \
        import "$work/sale.csv"
    done
  done
  echo "Import of $ROWS rows ($(stat -c %s "$work/sale.csv" | awk '{printf "%.0f MB", $1/1e6}')), SQLite"
  row "sqlite3 .import" peer_sqlite peer_sqlite
  row "dbmig import" dbmig_sqlite_0 peer_sqlite
  row "mpirun -n 1 dbmig import" dbmig_sqlite_1 peer_sqlite
  row "mpirun -n 2 dbmig import" dbmig_sqlite_2 peer_sqlite
  echo
}

import_mariadb() {
  tests/support/mariadb_server.sh start "$work/server"
  local socket=$work/server/mariadb.sock client n
  client="mariadb --no-defaults --socket=$socket --user=root"
  for _ in $(seq "$RUNS"); do
    for n in peer d0 d1 d2; do
      $client -e "DROP DATABASE IF EXISTS $n; CREATE DATABASE $n"
      "$dbmig" -C "$work/import" --url "mariadb://root@localhost/$n?socket=$socket" upgrade >/dev/null 2>&1
    done
    once peer_mariadb $client --local-infile=1 peer -e "LOAD DATA LOCAL INFILE '$work/sale.csv'
      INTO TABLE sale FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' IGNORE 1 LINES"
    once dbmig_mariadb_0 "$dbmig" -C "$work/import" --url "mariadb://root@localhost/d0?socket=$socket" \
      import "$work/sale.csv"
    for n in 1 2; do
      once "dbmig_mariadb_$n" mpirun -n "$n" "$dbmig" -C "$work/import" \
        --url "mariadb://root@localhost/d$n?socket=$socket" import "$work/sale.csv"
    done
  done
  echo "Import of $ROWS rows, MariaDB"
  row "LOAD DATA LOCAL INFILE" peer_mariadb peer_mariadb
  row "dbmig import" dbmig_mariadb_0 peer_mariadb
  row "mpirun -n 1 dbmig import" dbmig_mariadb_1 peer_mariadb
  row "mpirun -n 2 dbmig import" dbmig_mariadb_2 peer_mariadb
  echo
}

import_project() {
  "$generate" "$ROWS" >"$work/sale.csv"
  [ -d "$work/import" ] && return
  mkdir -p "$work/import"
  "$dbmig" init "$work/import" >/dev/null 2>&1
  rm -f "$work/import/schemas/example.yaml"
  model >"$work/import/schemas/sale.yaml"
  "$dbmig" -C "$work/import" migrate -m sales >/dev/null 2>&1
}

import() {
  import_project
  import_sqlite
  import_mariadb
}

# fresh URL: an empty table behind it.
fresh() {
  case $1 in
    sqlite:///*) rm -f "${1#sqlite:///}" ;;
    *) mariadb --no-defaults --socket="$work/server/mariadb.sock" --user=root \
      -e "DROP DATABASE IF EXISTS ranks; CREATE DATABASE ranks" ;;
  esac
  "$dbmig" -C "$work/import" --url "$1" upgrade >/dev/null 2>&1
}

# ranks_on NAME URL: as mpirun starts it, without settings, against the import alone; then -j.
ranks_on() {
  local name=$1 url=$2 n
  for _ in $(seq "$RUNS"); do
    fresh "$url"
    once "${name}_alone" "$dbmig" -C "$work/import" --url "$url" import "$work/sale.csv"
    for n in 1 2 3 4; do
      fresh "$url"
      once "${name}_mpirun_$n" mpirun --oversubscribe -n "$n" "$dbmig" -C "$work/import" \
        --url "$url" import "$work/sale.csv"
    done
    for n in 2 3 4; do
      fresh "$url"
      once "${name}_j_$n" "$dbmig" -C "$work/import" --url "$url" import "$work/sale.csv" -j "$n"
    done
  done
  echo "Import of $ROWS rows into $name, $(nproc) cores"
  row "dbmig import" "${name}_alone" "${name}_alone"
  for n in 1 2 3 4; do row "mpirun -n $n dbmig import" "${name}_mpirun_$n" "${name}_alone"; done
  for n in 2 3 4; do row "dbmig import -j $n" "${name}_j_$n" "${name}_alone"; done
  echo
}

# ranks: what more ranks bring beside one process, and what starting them costs.
ranks() {
  local url=sqlite:///$work/ranks.db
  import_project
  ranks_on SQLite "$url"
  tests/support/mariadb_server.sh start "$work/server"
  ranks_on MariaDB "mariadb://root@localhost/ranks?socket=$work/server/mariadb.sock"

  head -1001 "$work/sale.csv" >"$work/small.csv"
  for _ in $(seq $((RUNS * 2))); do
    fresh "$url"
    once start_true mpirun --oversubscribe -n 2 true
    once start_small mpirun --oversubscribe -n 2 "$dbmig" -C "$work/import" --url "$url" \
      import "$work/small.csv" --table sale
  done
  echo "A file of 1,000 rows into SQLite"
  row "mpirun -n 2 true" start_true start_true
  row "mpirun -n 2 dbmig import" start_small start_true
  echo
}

for benchmark in "${which[@]}"; do
  case $benchmark in
    startup | schema | proof | import | ranks) "$benchmark" ;;
    *) echo "unknown benchmark '$benchmark': startup, schema, proof, import or ranks" >&2; exit 2 ;;
  esac
done
