#!/usr/bin/env bash
# Checks, and tells GitHub of it: annotations in the log, outputs, and a summary of the job.
# Everything the workflow's author has set comes in GEPLINT_… variables and is never part of a command's text.
set -euo pipefail

# What a script prints is read by the runner as commands, so that values are not repeated here.
fail() {
  printf '::error title=geplint::%s\n' "$1"
  printf 'exit-code=2\n' >>"$GITHUB_OUTPUT"
  exit 2
}

for name in FOLDER FORMAT FAIL_ON CONFIG SARIF PROGRAM; do
  value=GEPLINT_$name
  case ${!value:-} in *[[:cntrl:]]*) fail "an input has a line break or another control character in it" ;; esac
done

# The lines of a text, without empty ones, into the array LINES.
lines() {
  LINES=()
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    [ -z "$line" ] || LINES+=("$line")
  done <<<"$1"
}

program=${GEPLINT_PROGRAM:-$RUNNER_TEMP/geplint-bin/bin/geplint}
work=$(mktemp -d "$RUNNER_TEMP/geplint.XXXXXX")
trap 'rm -rf -- "$work"' EXIT

# CDPATH would send us elsewhere, and - to where we were.
unset CDPATH
folder=${GEPLINT_FOLDER:-.}
case $folder in /* | [A-Za-z]:*) ;; *) folder=$GITHUB_WORKSPACE/$folder ;; esac
cd -- "$folder" 2>/dev/null || fail "there is no such working-directory"
command -v -- "$program" >/dev/null || fail "there is no such program"

# With = behind the option, a value that begins with a dash stays a value.
options=("--format=${GEPLINT_FORMAT:-github}" "--output=json=$work/report.json" "--output=table=$work/table.txt")
[ -z "${GEPLINT_FAIL_ON:-}" ] || options+=("--fail-on=$GEPLINT_FAIL_ON")
[ -z "${GEPLINT_CONFIG:-}" ] || options+=("--config=$GEPLINT_CONFIG")
sarif=
if [ -n "${GEPLINT_SARIF:-}" ]; then
  options+=("--output=sarif=$GEPLINT_SARIF")
  case $GEPLINT_SARIF in /* | [A-Za-z]:*) sarif=$GEPLINT_SARIF ;; *) sarif=$PWD/$GEPLINT_SARIF ;; esac
fi
lines "${GEPLINT_ARGS:-}"
options+=(${LINES[@]+"${LINES[@]}"})
lines "${GEPLINT_PATHS:-.}"

code=0
"$program" check "${options[@]}" -- ${LINES[@]+"${LINES[@]}"} </dev/null || code=$?

# The totals stand at the end of the report, on lines of their own; no text of a payload can begin a line.
total() { [ ! -f "$work/report.json" ] || sed -n "s/^    \"$1\": \([0-9][0-9]*\),\{0,1\}\$/\1/p" "$work/report.json"; }
errors=$(total errors)
warnings=$(total warnings)
{
  printf 'exit-code=%s\n' "$code"
  printf 'errors=%s\n' "$errors"
  printf 'warnings=%s\n' "$warnings"
  printf 'sarif-file=%s\n' "$sarif"
} >>"$GITHUB_OUTPUT"

# Markdown lets nothing out of an indented block. GitHub takes up to 1 MiB of a step; what is cut is told.
summary() {
  if [ -z "$errors" ]; then
    printf '### geplint: could not check (exit code %s); the log says why\n\n' "$code"
    return
  fi
  printf '### geplint: errors %s, warnings %s\n\n' "$errors" "$warnings"
  [ "$code" -ne 3 ] || printf 'There was no payload to check.\n\n'
  [ "$code" -ne 2 ] || printf 'Not everything could be checked; the log says what and why.\n\n'
  [ -s "$work/table.txt" ] || return 0
  LC_ALL=C awk '
    (size += length($0) + 5) > 900000 { cut++; next }
    { print "    " $0 }
    END { if (cut) print "\n" cut " more lines are left out." }' "$work/table.txt"
  printf '\n'
}
# Not every server that runs actions has summaries.
summary >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
exit "$code"
