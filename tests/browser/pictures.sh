#!/usr/bin/env bash
# Takes README's pictures anew: pictures.sh DBMIG (the built program). Look at them before you commit them.
set -euo pipefail
export DBMIG_PICTURES=write
dbmig=$(realpath "$1") here=$(cd "$(dirname "$0")" && pwd)
"$here/run.sh" "$dbmig" pictures.test.mjs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$here/../../examples/shop/." "$work"
"$dbmig" -C "$work" docs -o schema.svg
cp "$work/schema.svg" "$here/../../examples/shop/"
