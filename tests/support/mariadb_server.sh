#!/usr/bin/env bash
# A private MariaDB server in a folder of its own.
#
#   mariadb_server.sh start DIR [extra mariadbd options]   socket only, at DIR/mariadb.sock
#   mariadb_server.sh stop DIR                             stop it; the folder stays
#
# The server accepts `root` without a password. Extra options (for example --port=… --bind-address=…
# after --skip-networking=0) are passed on.
set -euo pipefail

verb=${1:?start or stop}
dir=${2:?the folder of the server}
shift 2

case $verb in
  start)
    mkdir -p "$dir/tmp"
    chmod 700 "$dir"
    if [ ! -d "$dir/data/mysql" ]; then
      mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$dir/data" \
        --tmpdir="$dir/tmp" --auth-root-authentication-method=normal --skip-test-db --force >"$dir/install.log" 2>&1 ||
        { cat "$dir/install.log" >&2; exit 1; }
    fi
    # A tmpdir of its own: a starting server deletes the temporary tables it finds there. A session
    # of its own: Ctrl-C and job control in the caller's terminal are not for it.
    setsid mariadbd --no-defaults --user="$(id -un)" --datadir="$dir/data" --tmpdir="$dir/tmp" \
      --socket="$dir/mariadb.sock" --pid-file="$dir/mariadb.pid" --log-error="$dir/error.log" \
      --skip-networking=1 \
      --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci --local-infile=1 \
      --innodb-buffer-pool-size=256M --innodb-flush-log-at-trx-commit=1 "$@" \
      >"$dir/stdout.log" 2>&1 </dev/null &
    server=$!
    for _ in $(seq 1200); do
      if mariadb-admin --no-defaults --socket="$dir/mariadb.sock" --user=root ping >/dev/null 2>&1; then
        exit 0
      fi
      kill -0 "$server" 2>/dev/null || break
      sleep 0.1
    done
    echo "the private MariaDB server did not start; its log:" >&2
    tail -20 "$dir/error.log" "$dir/stdout.log" >&2
    exit 1
    ;;
  stop)
    [ -f "$dir/mariadb.pid" ] || exit 0
    pid=$(cat "$dir/mariadb.pid")
    kill "$pid" 2>/dev/null || exit 0
    for _ in $(seq 300); do
      kill -0 "$pid" 2>/dev/null || exit 0
      sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null || true
    ;;
  *)
    echo "start or stop, not '$verb'" >&2
    exit 2
    ;;
esac
