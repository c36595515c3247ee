#!/usr/bin/env bash
# All tests, from a clean clone to ctest's summary, on Debian 12 as root or with sudo.
#
#   tests/run.sh                 everything
#   tests/run.sh -R import       further arguments go to ctest
#
# Installs what it needs with apt, builds build/test, starts a private MariaDB server in a temporary
# folder (unix socket only), runs the tests, and stops what it started. With CI=true a skipped test
# fails the run.
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/support/packages.sh

install_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"

cmake --preset test >build-configure.log 2>&1 || { cat build-configure.log; rm -f build-configure.log; exit 1; }
rm -f build-configure.log
cmake --build --preset test

# The tests make and drop thousands of small tables: in memory, where there is room for it, the
# server is several times as fast.
room=${TMPDIR:-/tmp}
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] &&
  [ "$(df --output=avail -k /dev/shm | tail -1)" -gt 4000000 ]; then
  room=/dev/shm
fi
server=$(mktemp -d "$room/dbmig-mariadb.XXXXXX")
# Tests that drop their rights must find their files; what is private has folders of its own.
chmod 711 "$server"
log=$server/ctest.log
dbmig=build/test/dbmig
trap '"$dbmig" scratch --stop --folder "$server/scratch"; rm -rf "$server"' EXIT
# The server that users' commands start for themselves; tests that break one start their own.
DBMIG_TEST_MARIADB_URL=$("$dbmig" scratch --start --folder "$server/scratch" --idle 14400)
export DBMIG_TEST_MARIADB_URL
# SQLite's files, too: a test that waits for the disk after every statement takes sixty times as long.
export TMPDIR=$server/files
mkdir "$TMPDIR"

# mpirun refuses root unless told so twice.
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

status=0
ctest --test-dir build/test --output-on-failure -j3 "$@" 2>&1 | tee "$log" || status=$?
if [ "${CI:-}" = true ] && grep -q '\*\*\*Skipped' "$log"; then
  echo "Skipped tests are failures in CI."
  status=1
fi
exit "$status"
