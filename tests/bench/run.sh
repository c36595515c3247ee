#!/usr/bin/env bash
# Benchmarks against the peers, on this machine, in this run. Prints a table; fails nothing.
#
#   tests/bench/run.sh [startup] [schema] [proof] [import] [parser] [curve]
#                                   which (default: all but the last, which takes files of 2 GB)
#   ROWS=2000000 RANKS="1 2 3 4" TABLES=1000 RUNS=5 tests/bench/run.sh
#                                   rows and ranks of the import, tables of the schema, paired runs
#   IMPORTS='MariaDB' tests/bench/run.sh import
#                                   one of its tables alone, by name or pattern
#
# Each figure is the median of RUNS runs, taken in turns with the peer's; the ratio is dbmig's time
# divided by the peer's, so less than 1 is faster.
set -euo pipefail
cd "$(dirname "$0")/../.."
source tests/bench/measure.sh
source tests/support/packages.sh
install_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" "${BENCH_PACKAGES[@]}"

ROWS=${ROWS:-2000000}
TABLES=${TABLES:-1000}
RUNS=${RUNS:-5}
RANKS=${RANKS:-1 2 3 4}
which=("$@")
[ ${#which[@]} -gt 0 ] || which=(startup schema proof import parser)

# BUILD names a folder that is built already.
if [ -z "${BUILD:-}" ]; then
  BUILD=$PWD/build/bench
  cmake --preset test -B "$BUILD" -DCMAKE_CXX_FLAGS_RELEASE="-O3 -DNDEBUG" >/dev/null
  cmake --build "$BUILD" --target dbmig dbmig_mpi generate_csv parse_csv >/dev/null
fi
dbmig=$BUILD/dbmig
generate=$BUILD/generate_csv
work=$(mktemp -d "${TMPDIR:-/tmp}/dbmig-bench.XXXXXX")
trap 'tests/support/mariadb_server.sh stop "$work/server" >/dev/null 2>&1; rm -rf "$work"' EXIT
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

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

import_project() {
  "$generate" "$ROWS" >"$work/sale.csv"
  [ -d "$work/import" ] && return
  mkdir -p "$work/import"
  "$dbmig" init "$work/import" >/dev/null 2>&1
  rm -f "$work/import/schemas/example.yaml"
  model >"$work/import/schemas/sale.yaml"
  "$dbmig" -C "$work/import" migrate -m sales >/dev/null 2>&1
}

# fresh URL [SQL]: an empty table behind it, with SQL run in its database.
fresh() {
  case $1 in
    sqlite:///*) rm -f "${1#sqlite:///}" ;;
    *) $client -e "DROP DATABASE IF EXISTS bench; CREATE DATABASE bench" ;;
  esac
  "$dbmig" -C "$work/import" --url "$1" upgrade >/dev/null 2>&1
  [ -z "${2:-}" ] || query "$1" "$2"
}
query() {  # query URL SQL
  case $1 in
    sqlite:///*) sqlite3 "${1#sqlite:///}" "$2" ;;
    *) $client -N bench -e "$2" ;;
  esac
}
# What is in the table, so that everything that is timed has loaded the same.
digest() {
  query "$1" "SELECT count(*), sum(id), sum(amount), round(sum(rate), 2), max(created), min(day),
    sum(active), sum(length(note)), max(customer) FROM sale" | tr '\t' '|' |
    awk -F'|' '{printf "%d|%d|%.2f|%.2f|%s|%s|%d|%d|%s\n", $1, $2, $3, $4, $5, $6, $7, $8, $9}'
}
row2() {  # row2 LABEL NAME PEER ALONE
  awk -v label="$1" -v t="$(median "$2")" -v p="$(median "$3")" -v a="$(median "$4")" \
    -v rows="$ROWS" 'BEGIN {printf "| %-34s | %7.2f | %5.2f | %6.2f | %6.2f |\n", label, t/1e6,
    rows/t, t/p, t/a}'
}

# Numbers of connections that are tried at the same time: MariaDB alone has several.
writers_for() {
  case $1 in mariadb://*) echo 2 4 ;; esac
}

# load_into NAME URL SQL PEER COMMAND...: COMMAND is the peer, which loads the same file; SQL is run
# before each load. With the peer, one process and ranks in turns.
load_into() {
  local name=$1 url=$2 sql=$3 peer=$4 n expected
  shift 4
  # shellcheck disable=SC2053  # a pattern
  [[ $name == ${IMPORTS:-*} ]] || return 0
  for _ in $(seq "$RUNS"); do
    fresh "$url" "$sql"
    once "${name}_peer" "$@"
    expected=$(digest "$url")
    for n in 0 $RANKS; do
      fresh "$url" "$sql"
      if [ "$n" = 0 ]; then
        once "${name}_0" "$dbmig" -C "$work/import" --url "$url" import "$work/sale.csv"
      else
        once "${name}_$n" mpirun --oversubscribe -n "$n" "$dbmig" -C "$work/import" --url "$url" \
          import "$work/sale.csv"
      fi
      [ "$(digest "$url")" = "$expected" ] || { echo "$name: $n ranks load other rows"; exit 1; }
    done
    case $url in
      mariadb://*)
        fresh "$url" "$sql"
        once "${name}_two" mariadb-import --no-defaults "--socket=$socket" --user=root --local \
          --use-threads=2 --ignore-lines=1 --fields-terminated-by=, \
          '--fields-optionally-enclosed-by="' --fields-escaped-by= bench "$work"/halves/sale.?
        ;;
    esac
    for n in $(writers_for "$url"); do
      fresh "$url" "$sql"
      once "${name}_w$n" "$dbmig" -C "$work/import" --url "$url" import "$work/sale.csv" --writers "$n"
      [ "$(digest "$url")" = "$expected" ] || { echo "$name: $n writers load other rows"; exit 1; }
    done
  done
  printf '| %-34s | %7s | %5s | %6s | %6s |\n' "$name" seconds "M/s" "÷ peer" "÷ one"
  echo "| --- | ---: | ---: | ---: | ---: |"
  row2 "$peer" "${name}_peer" "${name}_peer" "${name}_0"
  row2 "dbmig import" "${name}_0" "${name}_peer" "${name}_0"
  for n in $RANKS; do row2 "mpirun -n $n dbmig import" "${name}_$n" "${name}_peer" "${name}_0"; done
  [ ! -f "$work/${name}_two.times" ] ||
    row2 "mariadb-import, two files" "${name}_two" "${name}_peer" "${name}_0"
  for n in $(writers_for "$url"); do
    row2 "dbmig import --writers $n" "${name}_w$n" "${name}_peer" "${name}_0"
  done
  echo
}

# memory URL: the largest memory of all ranks together.
memory() {
  fresh "$1"
  mpirun --oversubscribe -n 2 /usr/bin/time -a -o "$work/memory" -f %M "$dbmig" -C "$work/import" \
    --url "$1" import "$work/sale.csv" >/dev/null 2>&1
  awk '{sum += $1} END {printf "Peak memory of two ranks together: %.0f MB\n\n", sum / 1024}' "$work/memory"
}

# import: the peers, one process and ranks, on both databases, and what starting ranks costs.
import() {
  local url=sqlite:///$work/bench.db client socket=$work/server/mariadb.sock n
  client="mariadb --no-defaults --socket=$socket --user=root"
  import_project
  "$dbmig" --version
  echo "$ROWS rows, $(stat -c %s "$work/sale.csv" | awk '{printf "%.0f MB", $1/1e6}'), $(nproc) cores," \
    "medians of $RUNS runs in turns"
  echo
  load_into SQLite "$url" "" "sqlite3 .import" \
    sqlite3 "$work/bench.db" ".import --csv --skip 1 $work/sale.csv sale"
  memory "$url"
  load_into "SQLite, three indexes" "$url" \
    "CREATE INDEX i1 ON sale (customer); CREATE INDEX i2 ON sale (created, day); CREATE INDEX i3 ON sale (amount)" \
    "sqlite3 .import" sqlite3 "$work/bench.db" ".import --csv --skip 1 $work/sale.csv sale"
  load_into "SQLite, three indexes, one unique" "$url" \
    "CREATE INDEX i1 ON sale (customer); CREATE INDEX i2 ON sale (created, day); CREATE UNIQUE INDEX i3 ON sale (amount, id)" \
    "sqlite3 .import" sqlite3 "$work/bench.db" ".import --csv --skip 1 $work/sale.csv sale"
  # As applications have them; the peer does not look for parents.
  load_into "SQLite, an application's table" "$url" \
    "CREATE TABLE state (id INTEGER PRIMARY KEY); INSERT INTO state VALUES (0), (1); DROP TABLE sale;
     CREATE TABLE sale (id INTEGER PRIMARY KEY AUTOINCREMENT, customer VARCHAR(40) NOT NULL,
       amount DECIMAL(10,2) NOT NULL, rate DOUBLE, created DATETIME, day DATE,
       active BOOLEAN NOT NULL REFERENCES state (id), note VARCHAR(80), UNIQUE (customer, id))" \
    "sqlite3 .import" sqlite3 "$work/bench.db" ".import --csv --skip 1 $work/sale.csv sale"
  tests/support/mariadb_server.sh start "$work/server"
  # The halves that the peer takes at the same time; splitting them is not counted.
  mkdir -p "$work/halves"
  for n in 1 2; do
    awk -v half="$n" -v rows="$ROWS" 'NR == 1 || (NR - 2 < rows / 2) == (half == 1)' \
      "$work/sale.csv" >"$work/halves/sale.$n"
  done
  load_into MariaDB "mariadb://root@localhost/bench?socket=$socket" "" "LOAD DATA LOCAL INFILE" \
    $client --local-infile=1 bench -e "LOAD DATA LOCAL INFILE '$work/sale.csv' INTO TABLE sale
      FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' IGNORE 1 LINES"
  tests/support/mariadb_server.sh stop "$work/server"

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

# parser: how fast a core cuts fields, without converting them.
parser() {
  ROWS=$((ROWS < 1000000 ? ROWS : 1000000))
  "$generate" "$ROWS" >"$work/parse.csv"
  "$BUILD/parse_csv" "$work/parse.csv"
  rm "$work/parse.csv"
  echo
}

# curve: seconds into SQLite by rows and ranks.
curve() {
  local url=sqlite:///$work/bench.db n rows
  printf '| million rows | `dbmig import` |'
  for n in $RANKS; do printf ' `mpirun -n %s` |' "$n"; done
  echo
  for rows in ${CURVE:-500000 1000000 5000000 20000000}; do
    ROWS=$rows
    import_project
    for _ in $(seq "$RUNS"); do
      for n in 0 $RANKS; do
        fresh "$url"
        local launcher=()
        [ "$n" = 0 ] || launcher=(mpirun --oversubscribe -n "$n")
        once "curve_${rows}_$n" ${launcher[@]+"${launcher[@]}"} "$dbmig" -C "$work/import" \
          --url "$url" import "$work/sale.csv"
      done
    done
    printf '| %s |' "$(awk -v rows="$rows" 'BEGIN {print rows / 1e6}')"
    for n in 0 $RANKS; do printf ' %s |' "$(median "curve_${rows}_$n" | awk '{printf "%.2f", $1 / 1e6}')"; done
    echo
  done
}

for benchmark in "${which[@]}"; do
  case $benchmark in
    startup | schema | proof | import | parser | curve) "$benchmark" ;;
    *)
      echo "unknown benchmark '$benchmark': startup, schema, proof, import, parser or curve" >&2
      exit 2
      ;;
  esac
done
