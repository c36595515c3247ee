#!/usr/bin/env bash
# A database of ROWS rows and eight columns from SQLite to MariaDB: dbmig copy with one process and
# with ranks, dbmig import of the same rows from CSV, and a peer. Prints a table; fails nothing but
# a copy that is not the source.
#
#   ROWS=2000000 RUNS=3 RANKS="1 2 4" BUILD=build/bench tests/bench/copy.sh
#
# The peer is sqlite3-to-mysql where it is installed, else what it does at heart: a Python loop of
# fetchmany() and executemany() with 1,000 rows (python3-pymysql), which the table then says.
set -euo pipefail
cd "$(dirname "$0")/../.."

ROWS=${ROWS:-2000000}
RUNS=${RUNS:-3}
RANKS=${RANKS:-1 2 4}
BUILD=$(realpath "${BUILD:-build/bench}")
dbmig=$BUILD/dbmig
work=$(mktemp -d "${TMPDIR:-/tmp}/dbmig-copy.XXXXXX")
trap 'tests/support/mariadb_server.sh stop "$work/server" >/dev/null 2>&1; rm -rf "$work"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
tests/support/mariadb_server.sh start "$work/server" --debug-no-sync
sock=$work/server/mariadb.sock
url="mariadb://root@localhost/bench?socket=$sock"
sql() { mariadb --no-defaults --socket="$sock" --user=root "$@"; }

cat >"$work/make.sql" <<SQL
PRAGMA journal_mode = OFF;
CREATE TABLE person (
  id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(60) NOT NULL, email VARCHAR(80), city VARCHAR(40),
  age INTEGER, balance DECIMAL(12,2), made DATETIME, score DOUBLE);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $ROWS)
INSERT INTO person SELECT i, 'Name Ñ ' || i, 'user' || i || '@example.org',
  CASE i % 3 WHEN 0 THEN NULL ELSE 'City ' || (i % 1000) END, i % 90, (i % 1000000) / 4.0,
  datetime(1700000000 + i, 'unixepoch'), i / 7.0 FROM n;
SQL
sqlite3 "$work/app.db" <"$work/make.sql" >/dev/null
"$dbmig" export --url "sqlite:///$work/app.db" person -o "$work/person.csv" -q

fresh() { sql -e 'DROP DATABASE IF EXISTS bench; CREATE DATABASE bench CHARACTER SET utf8mb4'; }
table() {
  sql bench -e "CREATE TABLE person (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(60) NOT NULL, email VARCHAR(80), city VARCHAR(40), age INT, balance DECIMAL(12,2),
    made DATETIME, score DOUBLE)"
}
cat >"$work/loop.py" <<'PY'
import sqlite3, sys, pymysql
source = sqlite3.connect(sys.argv[1])
target = pymysql.connect(unix_socket=sys.argv[2], user="root", database="bench", charset="utf8mb4")
rows = source.execute("SELECT * FROM person")
cursor = target.cursor()
while batch := rows.fetchmany(1000):
    cursor.executemany("INSERT INTO person VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", batch)
target.commit()
PY

# once NAME COMMAND...: wall time in milliseconds to NAME.times, the most memory of a process in KiB
once() {
  local name=$1 start end
  shift
  start=$(date +%s%N)
  /usr/bin/env time -f %M -o "$work/$name.memory" "$@" >"$work/$name.out" 2>&1 ||
    { echo "$name failed:"; tail -5 "$work/$name.out"; exit 1; }
  end=$(date +%s%N)
  echo $(((end - start) / 1000000)) >>"$work/$name.times"
}
median() { sort -n "$work/$1.times" | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}'; }

if command -v sqlite3mysql >/dev/null; then
  peer_name=sqlite3-to-mysql
  peer() {
    once peer sqlite3mysql --sqlite-file "$work/app.db" --mysql-database bench --mysql-user root \
      --mysql-socket "$sock" --quiet
  }
else
  peer_name="Python, executemany of 1,000 rows"
  peer() { table; once peer python3 "$work/loop.py" "$work/app.db" "$sock"; }
fi
for _ in $(seq "$RUNS"); do
  fresh; peer
  fresh; table
  once import "$dbmig" --url "$url" import "$work/person.csv" -q
  for ranks in $RANKS; do
    fresh
    if [ "$ranks" = 1 ]; then
      once "copy1" "$dbmig" copy "sqlite:///$work/app.db" "$url" -q
    else
      once "copy$ranks" "$dbmig" copy "sqlite:///$work/app.db" "$url" -q -j "$ranks"
    fi
  done
done
"$dbmig" diff --data "sqlite:///$work/app.db" "$url" -q

echo "| SQLite → MariaDB, $ROWS rows of 8 columns | seconds | ÷ peer | ÷ import | MB |"
echo "| --- | ---: | ---: | ---: | ---: |"
line() {
  awk -v label="$1" -v a="$(median "$2")" -v p="$(median peer)" -v i="$(median import)" \
    -v m="$(tail -1 "$work/$2.memory")" \
    'BEGIN {printf "| %s | %.2f | %.2f | %.2f | %.0f |\n", label, a/1000, a/p, a/i, m/1024}'
}
line "$peer_name" peer
line '`dbmig import` of the same rows' import
for ranks in $RANKS; do line "\`dbmig copy -j $ranks\`" "copy$ranks"; done
