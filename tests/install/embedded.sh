#!/usr/bin/env bash
# Installs a build into a folder of its own, builds examples/embedded against what is there and runs it:
# embedded.sh SOURCE BUILD. On MariaDB, too, where DBMIG_TEST_MARIADB_URL names a server with a socket.
set -euo pipefail
source=$1
build=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/dbmig-install.XXXXXX")
# A real installation's list of files stays as it was.
manifest=$build/install_manifest.txt
[ -f "$manifest" ] && cp "$manifest" "$work/manifest"
end() {
  rm -f "$manifest"
  [ -f "$work/manifest" ] && cp "$work/manifest" "$manifest"
  rm -rf "$work"
}
trap end EXIT
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
expect() { # expect TEXT COMMAND…
  local text=$1 output
  shift
  output=$("$@" 2>&1) || fail "$*: $output"
  [[ $output == *"$text"* ]] || fail "$*: expected '$text' in: $output"
}

cmake --install "$build" --prefix "$work/first" >"$work/log" || fail "install: $(tail -3 "$work/log")"
# All of it may be moved: nothing in it knows where it was installed.
mv "$work/first" "$work/prefix"
prefix=$work/prefix
[ -f "$prefix/include/dbmig/dbmig.hpp" ] && [ -f "$prefix/include/dbmig/error.hpp" ] || fail "headers"
if grep -rnE '#include ["<](base|run|backend|yaml)/' "$prefix/include"; then fail "a header shows what is private"; fi
expect "dbmig 0." "$prefix/bin/dbmig" --version
[ -f "$prefix/lib/dbmig/libdbmig_mpi.so" ] || fail "no MPI module where the program looks for it"

# The library shows its own functions and no more, and there is one SQLite: the system's.
library=$(find "$prefix" -name libdbmig.so)
shown=$(nm -DC --defined-only "$library" | grep -vcE ' (dbmig::|(typeinfo|typeinfo name|vtable) for dbmig::Error)' || true)
[ "$shown" = 0 ] || fail "the library shows $shown symbols that are not its own: $(nm -DC --defined-only "$library" | grep -vE ' dbmig::' | head -3)"
readelf -d "$library" | grep -q 'libsqlite3' || fail "the library does not use the system's SQLite"
if readelf -d "$library" | grep -qE 'libmpi|libsoci'; then fail "the library needs MPI or SOCI"; fi

cmake -S "$source/examples/embedded" -B "$work/notes" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Debug \
  ${DBMIG_TEST_LAUNCHER:+-DCMAKE_CXX_COMPILER_LAUNCHER=$DBMIG_TEST_LAUNCHER} >"$work/log" 2>&1 ||
  fail "configure: $(tail -20 "$work/log")"
cmake --build "$work/notes" >"$work/log" 2>&1 || fail "build: $(tail -30 "$work/log")"
notes=$work/notes/notes

cd "$work"
expect "2 revisions ran" "$notes" sqlite:///by_url.db
expect "0 revisions ran" "$notes" sqlite:///by_url.db
expect "2 revisions ran, 1 notes" "$notes" sqlite3 db=by_session.db
expect "0 revisions ran, 2 notes" "$notes" sqlite3 db=by_session.db
# What the application keeps is what the command line reads.
mkdir project && cp -r "$source/examples/embedded/migrations" project/ && echo 'database: sqlite:///../by_url.db' >project/dbmig.yaml
expect "5d1c70ad3b02 (head)" "$prefix/bin/dbmig" -C project current
expect "" "$prefix/bin/dbmig" -C project downgrade base
expect "2 revisions ran" "$notes" sqlite:///by_url.db

if [[ ${DBMIG_TEST_MARIADB_URL:-} == *socket=* ]]; then
  socket=${DBMIG_TEST_MARIADB_URL##*socket=}
  socket=${socket%%&*}
  database=dbmig_install_$$
  client() { mariadb --no-defaults --socket="$socket" -uroot -e "$1"; }
  client "CREATE DATABASE $database"
  trap 'client "DROP DATABASE IF EXISTS $database"; end' EXIT
  expect "2 revisions ran, 1 notes" "$notes" mysql "db=$database user=root unix_socket=$socket"
  expect "0 revisions ran" "$notes" "mariadb://root@localhost/$database?socket=$socket"
fi

# A mistake in a revision ends the build with its place.
cp -r "$source/examples/embedded" broken
sed -i 's/varchar(80)/varchr(80)/' broken/migrations/*_notes.yaml
sed -i '/soci\|MARIADB\|PkgConfig/d' broken/CMakeLists.txt
cmake -S broken -B broken-build -DCMAKE_PREFIX_PATH="$prefix" >"$work/log" 2>&1 || fail "configure: $(tail -5 "$work/log")"
cmake --build broken-build >"$work/log" 2>&1 && fail "a broken revision was compiled"
grep -q '_notes.yaml:' "$work/log" || fail "no place is named: $(cat "$work/log")"

cmake --install "$build" --prefix "$work/second" >/dev/null
cmake -DMANIFESTS="$build" -P "$source/lib/cmake/uninstall.cmake" >/dev/null
left=$(find "$work/second" -type f -o -type l | wc -l)
[ "$left" = 0 ] || fail "uninstall left $left files"
echo "installed, embedded, uninstalled"
