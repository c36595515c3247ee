#!/usr/bin/env bash
# dbmig from nothing on Debian 12: installs what it needs with apt, builds build/release/dbmig, and
# runs the main job on embedded SQLite with real data, the IEEE registry of hardware addresses.
#
#   examples/quickstart.sh                     everything, as root or with sudo
#   examples/quickstart.sh --url 'mariadb://user:password@host/database'
#                                              then the same history on MariaDB (an empty database)
#   examples/quickstart.sh --dbmig PATH        with a dbmig that is built already; installs nothing
#
# Works in build/quickstart, which it makes anew. Can be run again. Stops at the first wrong step.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
url='' dbmig=''
while [ $# -gt 0 ]; do
  case $1 in
    --url) url=${2:?--url needs a URL}; shift 2 ;;
    --dbmig) dbmig=$(realpath "${2:?--dbmig needs a path}"); shift 2 ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "unknown option '$1'; see $0 --help" >&2; exit 2 ;;
  esac
done

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\033[1m' plain=$'\033[0m'; else bold='' plain=''; fi
title() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
# run COMMAND…: shows the command as one would type it, and runs it.
run() {
  local word line=''
  for word; do [[ $word == *[!A-Za-z0-9_./:+=@%-]* ]] && word="\"$word\""; line+=" $word"; done
  printf '\n%s$%s%s\n' "$bold" "$line" "$plain"
  "$@"
}
wrong() { printf '\nquickstart: %s\n' "$*" >&2; exit 1; }
trap 'printf "\nquickstart: stopped in line %s\n" "$LINENO" >&2' ERR

# ---- Packages and program ------------------------------------------------------------------------

source "$root/tests/support/packages.sh"
packages=("${BUILD_PACKAGES[@]}" sqlite3 ieee-data) # a client to look with, and the data
[ -n "$url" ] && packages+=(mariadb-client)

if [ -z "$dbmig" ]; then
  title "Packages"
  install_packages "${packages[@]}"
  echo "${#packages[@]} packages are there."
  title "Build"
  (cd "$root" && cmake --preset release >/dev/null && cmake --build --preset release -- --quiet)
  dbmig=$root/build/release/dbmig
fi
PATH=$(dirname "$dbmig"):$PATH
dbmig --version

csv=/usr/share/ieee-data
[ -f "$csv/oui.csv" ] || wrong "$csv/oui.csv is missing: apt-get install ieee-data"

# Open MPI refuses to run as root unless told, and more ranks than cores unless told.
if [ "$(id -u)" -eq 0 ]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
export PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe  # the same for Open MPI 5

# ---- Asking the database with its own client -----------------------------------------------------

# query SQL: on the database that DATABASE_URL names. What it prints is not dbmig's word.
query() {
  case $DATABASE_URL in
    sqlite:///*) sqlite3 -batch "${DATABASE_URL#sqlite:///}" "$1" ;;
    *) mariadb_query "$1" ;;
  esac
}

decoded() { printf '%b' "${1//%/\\x}"; }

mariadb_query() {
  [[ $DATABASE_URL =~ ^[a-z+]+://(([^:@/]*)(:([^@/]*))?@)?([^:/?]*)(:([0-9]+))?/([^?]*)(\?(.*))?$ ]] ||
    wrong "cannot read the URL"
  local options=(--no-defaults --batch --skip-column-names --default-character-set=utf8mb4)
  local user=${BASH_REMATCH[2]} password=${BASH_REMATCH[4]} host=${BASH_REMATCH[5]}
  local port=${BASH_REMATCH[7]} database=${BASH_REMATCH[8]} parameters=${BASH_REMATCH[10]}
  [ -n "$user" ] && options+=("--user=$(decoded "$user")")
  if [[ $parameters =~ (^|&)socket=([^&]*) ]]; then
    options+=("--socket=$(decoded "${BASH_REMATCH[2]}")")
  else
    [ -n "$host" ] && options+=("--host=$host")
    [ -n "$port" ] && options+=("--port=$port")
  fi
  # The environment and not an argument: other users can read arguments.
  MYSQL_PWD=$(decoded "$password") mariadb "${options[@]}" "$database" -e "$1" | tr '\t' '|'
}

# expect WHAT WANTED SQL: shows the answer, and stops when it is not the one wanted.
expect() {
  local answer
  answer=$(query "$3")
  printf '  %-44s %s\n' "$1" "$answer"
  [ "$answer" = "$2" ] || wrong "'$1' should be '$2'"
}

# ---- The job -------------------------------------------------------------------------------------

first_model() {
  cat >schemas/oui.yaml <<'END'
tables:
  oui:
    comment: Blocks of hardware addresses, as IEEE hands them out
    columns:
      id:                   {type: integer, autoincrement: true}
      registry:             {type: varchar(8), nullable: false}
      assignment:           {type: varchar(9), nullable: false}
      organization_name:    {type: varchar(100), nullable: false}
      organization_address: varchar(300)
    primary_key: [id]
END
}

# A column with a default, an index, a wider varchar, and a table with a foreign key.
second_model() {
  cat >schemas/oui.yaml <<'END'
tables:
  oui:
    comment: Blocks of hardware addresses, as IEEE hands them out
    columns:
      id:                   {type: integer, autoincrement: true}
      registry:             {type: varchar(8), nullable: false}
      assignment:           {type: varchar(9), nullable: false}
      organization_name:    {type: varchar(200), nullable: false}
      organization_address: varchar(300)
      active:               {type: boolean, nullable: false, default: true}
    primary_key: [id]
    indexes: {ix_oui_assignment: [assignment]}
END
  cat >schemas/device.yaml <<'END'
tables:
  device:
    columns:
      id:     {type: integer, autoincrement: true}
      mac:    {type: char(17), nullable: false}
      oui_id: {type: integer, nullable: false}
    primary_key: [id]
    unique: {uq_device_mac: [mac]}
    foreign_keys:
      fk_device_oui: {columns: [oui_id], references: oui(id), on_delete: cascade}
END
}

# Counted without dbmig: a record of these files begins with the name of its registry.
small=$(grep -c '^IAB,' "$csv/iab.csv")
large=$(grep -c '^MA-L,' "$csv/oui.csv")
cisco=$(grep -c '"Cisco Systems, Inc"' "$csv/oui.csv")

first_revision() {
  title "The first revision: a table"
  if [ -z "$(ls migrations)" ]; then
    first_model
    run cat schemas/oui.yaml
    run dbmig migrate -m "oui registry"
  fi
  run dbmig upgrade +1
  run dbmig import "$csv/iab.csv" --table oui
  expect "rows" "$small" "SELECT count(*) FROM oui"
}

second_revision() {
  title "The second revision: a column, an index, a wider varchar, a table with a foreign key"
  if [ "$(find migrations -name '*.yaml' | wc -l)" -eq 1 ]; then
    cp schemas/oui.yaml ../oui.before
    second_model
    run cat schemas/device.yaml
    printf '\nand in schemas/oui.yaml:\n'
    diff ../oui.before schemas/oui.yaml | grep '^[<>]' || true
    rm ../oui.before
    run dbmig migrate -m "devices"
    run dbmig show
  fi
  run dbmig upgrade --plan
  run dbmig upgrade
  expect "rows, kept" "$small" "SELECT count(*) FROM oui"
  expect "of them active by default" "$small" "SELECT count(*) FROM oui WHERE active"
}

parallel_import() {
  title "The parallel import: ${large} rows, with commas and line ends in quoted fields"
  run mpirun -n 4 dbmig import "$csv/oui.csv"
  echo
  expect "rows" "$((small + large))" "SELECT count(*) FROM oui"
  expect "rows of Cisco Systems, Inc (grep counts $cisco)" "$cisco" \
    "SELECT count(*) FROM oui WHERE registry = 'MA-L' AND organization_name = 'Cisco Systems, Inc'"
  expect "the owner of 08-00-20" "ORACLE CORPORATION" \
    "SELECT upper(organization_name) FROM oui WHERE assignment = '080020'"
  # Lines of the file that are neither records nor its header go on inside of a field.
  expect "line ends in addresses" "$(($(wc -l <"$csv/oui.csv") - large - 1))" \
    "SELECT sum(length(organization_address) - length(replace(organization_address, char(10), '')))
     FROM oui WHERE registry = 'MA-L'"
  query "INSERT INTO device (mac, oui_id) SELECT '08-00-20-12-34-56', id FROM oui
         WHERE assignment = '080020'"
  expect "the maker of device 08-00-20-12-34-56" "ORACLE CORPORATION" \
    "SELECT upper(o.organization_name) FROM device d JOIN oui o ON o.id = d.oui_id"
}

back_down() {
  title "Where the database is, and back"
  run dbmig check
  run dbmig history -i
  run dbmig downgrade --allow-destructive
  expect "rows, kept" "$((small + large))" "SELECT count(*) FROM oui"
}

title "A project"
rm -rf "$root/build/quickstart"
mkdir -p "$root/build/quickstart"
cd "$root/build/quickstart"
export DATABASE_URL=sqlite:///oui.db
run dbmig init
rm schemas/example.yaml
first_revision
second_revision
parallel_import
back_down

if [ -n "$url" ]; then
  title "The same revisions on another database"
  export DATABASE_URL=$url
  [ -z "$(dbmig current)" ] || wrong "that database has revisions already; use an empty one, or
clear what an earlier quickstart left with: dbmig -C build/quickstart downgrade base --allow-destructive --url …"
  first_revision
  second_revision
  parallel_import
  back_down
  run dbmig downgrade base --allow-destructive
fi

title "Done"
echo "The project is in build/quickstart, the program is $dbmig."
echo "README.md goes on from here."
