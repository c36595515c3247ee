#!/usr/bin/env bash
# Runs a command with a private MariaDB server and a temporary folder, both gone afterwards.
#
#   with_mariadb.sh COMMAND [ARGUMENT...]
#
# Both are in memory where there is room for it: nothing of them has to survive the machine, and
# tests that wait for a disk after every statement take sixty times as long.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

room=${TMPDIR:-/tmp}
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] &&
  [ "$(df --output=avail -k /dev/shm | tail -1)" -gt 4000000 ]; then
  room=/dev/shm
fi
folder=$(mktemp -d "$room/dbmig-tests.XXXXXX")
trap '"$here/mariadb_server.sh" stop "$folder"; rm -rf "$folder"' EXIT
"$here/mariadb_server.sh" start "$folder" --debug-no-sync
export DBMIG_TEST_MARIADB_URL="mariadb://root@localhost/?socket=$folder/mariadb.sock"
export TMPDIR=$folder/files
mkdir "$TMPDIR"

"$@"
