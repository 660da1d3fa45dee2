#!/usr/bin/env bash
# Runs every check and test, one stage after another, and ends with a table of what ran.
# A stage that fails does not hide the ones behind it; the exit code is 0 only when all passed.
set -uo pipefail
cd "$(dirname "$0")/.."

names=() results=() seconds=()
failed=0

stage() {
  local name=$1
  shift
  printf '\n== %s\n' "$name"
  local began=$SECONDS
  if "$@"; then results+=("passed"); else results+=("FAILED"); failed=1; fi
  names+=("$name")
  seconds+=($((SECONDS - began)))
}

# A stage that keeps one processor busy runs beside those that follow, until `settle` says what
# became of it; its output comes then, in one piece.
begin() {
  beside=$1
  shift
  beside_log=$(mktemp)
  local began=$SECONDS
  (
    "$@" >"$beside_log" 2>&1
    code=$?
    echo $((SECONDS - began)) >"$beside_log.seconds"
    exit "$code"
  ) &
  beside_process=$!
}

settle() {
  if wait "$beside_process"; then results+=("passed"); else results+=("FAILED"); failed=1; fi
  printf '\n== %s\n' "$beside"
  cat "$beside_log"
  names+=("$beside")
  seconds+=("$(cat "$beside_log.seconds")")
  rm -f "$beside_log" "$beside_log.seconds"
}

in_ui() { (cd apps/command-center-ui && npx --yes pnpm@10.34.9 --silent "$@"); }

# The browser is the machine's own: Playwright's downloads are not available everywhere.
find_browser() {
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    [ -n "$candidate" ] && command -v "$candidate" && return 0
  done
  echo "No Chromium or Chrome found: install one (Debian: apt-get install chromium) or set CHROMIUM=<path>." >&2
  return 1
}

# Tests run side by side: a linear algebra library with a thread per core makes them wait in turn.
export OPENBLAS_NUM_THREADS=1

stage "setup" make --no-print-directory setup
[ "$failed" = 0 ] || exit 1
stage "lint and import contracts" make --no-print-directory lint
begin "types" make --no-print-directory types
stage "command center: unit tests" in_ui test
stage "command center: build" make --no-print-directory ui
stage "command center: size budgets" in_ui budgets
settle
# In the order of their folders: the many small files of the unit tests come last and fill both
# processors to the end, where a long file would leave one idle.
stage "python: unit, contracts, integration (SQLite and PostgreSQL)" \
  .venv/bin/pytest -q -n 2 --dist loadfile --no-loadscope-reorder --durations=15 --ignore=tests/e2e
if CHROMIUM=$(find_browser); then
  export CHROMIUM
  stage "end to end in a browser" .venv/bin/pytest -q tests/e2e
else
  names+=("end to end in a browser") seconds+=(0)
  if [ "${CI:-}" = true ]; then results+=("FAILED: no browser"); failed=1; else results+=("SKIPPED: no browser"); fi
fi

printf '\n%-64s %-20s %s\n' "what ran" "result" "seconds"
for i in "${!names[@]}"; do
  printf '%-64s %-20s %s\n' "${names[$i]}" "${results[$i]}" "${seconds[$i]}"
done
echo "not run here: live vendors (pytest -m integration with keys and ROYAL_LIVE=1), make chaos, make bench"
exit "$failed"
