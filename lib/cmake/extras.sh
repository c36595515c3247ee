#!/usr/bin/env bash
# extras.sh DBMIG FOLDER: the man pages (one for each command, by help2man) and the shells' completion
# of this dbmig, below FOLDER as they stand below share/. The same program gives the same bytes.
set -euo pipefail
program=$(realpath "$1") out=$2
rm -rf "$out"
mkdir -p "$out/bash-completion/completions" "$out/zsh/vendor-completions" "$out/fish/vendor_completions.d"
"$program" completion bash >"$out/bash-completion/completions/dbmig"
"$program" completion zsh >"$out/zsh/vendor-completions/_dbmig"
"$program" completion fish >"$out/fish/vendor_completions.d/dbmig.fish"

if ! command -v help2man >/dev/null; then
  echo "There will be no man pages: help2man is not installed (Debian: apt-get install help2man)." >&2
  exit 0
fi
# The date on a page is that of the sources.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$(dirname "$0")" log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
version=$("$program" --version | sed -n '1s/^dbmig //p')
man=$out/man/man1
mkdir -p "$man"
# help2man calls the program by a name without a path, which then stands on the page.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ln -s "$program" "$folder/dbmig"
export PATH=$folder:$PATH

page() { # page COMMAND SUMMARY
  local name="dbmig${1:+-$1}"
  LC_ALL=C.UTF-8 help2man --no-info --section=1 --locale=C.UTF-8 --version-string="$version" \
    --source="dbmig $version" --manual="dbmig" --name="$2" --output="$man/$name.1" "dbmig${1:+ $1}"
  # apropos finds a page by its name.
  [ -z "$1" ] || sed -i "s/^\.TH DBMIG /.TH ${name^^} /; s/^dbmig $1 \\\\- /dbmig-$1 \\\\- /" "$man/$name.1"
  gzip -9n "$man/$name.1"
}
page '' 'database migrations for SQLite and MariaDB'
"$program" __complete '' | while IFS=$'\t' read -r command summary; do page "$command" "$summary"; done
