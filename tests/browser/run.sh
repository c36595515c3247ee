#!/usr/bin/env bash
# The pages of `dbmig docs` and `dbmig serve` in a real browser.
#
#   tests/browser/run.sh DBMIG [FILE…]   DBMIG: the built program; FILE: these tests alone
#
# Needs node, npm and Debian's chromium; where one is missing the tests are skipped (exit 77), which CI
# takes for a failure. DBMIG_SCREENSHOTS=FOLDER keeps pictures of the main views.
set -euo pipefail
DBMIG=$(realpath "$1")
shift
[ $# -gt 0 ] || set -- serve.test.mjs docs.test.mjs pictures.test.mjs
export DBMIG
cd "$(dirname "$0")"
for program in node npm chromium; do
  command -v "$program" >/dev/null || { echo "skipped: $program is not installed"; exit 77; }
done
# Installed once for each lock file.
if ! cmp -s package-lock.json node_modules/.installed-lock; then
  timeout 180 npm ci --no-audit --no-fund --silent || { echo "skipped: npm ci failed"; exit 77; }
  cp package-lock.json node_modules/.installed-lock
fi
exec timeout 180 node --test --test-reporter=spec "$@"
