#!/usr/bin/env bash
# Checks, and reports to GitHub: annotations in the log, outputs, and a summary of the job.
# All inputs of the workflow's author are in GEPLINT_… variables and are never part of a command's text.
set -euo pipefail

# Not every server that runs actions supports summaries.
: "${GITHUB_STEP_SUMMARY:=/dev/null}"

# The runner interprets the output of a script as commands, so messages do not repeat values.
fail() {
  printf '::error title=geplint::%s\n' "$1"
  printf 'exit-code=2\n' >>"$GITHUB_OUTPUT"
  printf '### geplint: could not check (exit code 2)\n\n    %s\n\n' "$1" >>"$GITHUB_STEP_SUMMARY"
  exit 2
}

for name in FOLDER FORMAT FAIL_ON CONFIG SARIF PROGRAM; do
  value=GEPLINT_$name
  case ${!value:-} in *[[:cntrl:]]*) fail "an input has a line break or another control character in it" ;; esac
done

# Splits a text into its non-empty lines, in the array `wanted`.
lines() {
  wanted=()
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    [ -z "$line" ] || wanted+=("$line")
  done <<<"$1"
}

program=${GEPLINT_PROGRAM:-$RUNNER_TEMP/geplint-bin/bin/geplint}
work=$(mktemp -d "$RUNNER_TEMP/geplint.XXXXXX")
trap 'rm -rf -- "$work"' EXIT

# With CDPATH, cd could go to another folder, and `-` is the previous one.
unset CDPATH
folder=${GEPLINT_FOLDER:-.}
case $folder in /* | [A-Za-z]:*) ;; *) folder=$GITHUB_WORKSPACE/$folder ;; esac
cd -- "$folder" 2>/dev/null || fail "there is no such working-directory"
command -v -- "$program" >/dev/null || fail "there is no such program"

# With `=` after the option, a value that begins with a dash is not taken for an option.
options=("--format=${GEPLINT_FORMAT:-github}" "--output=json=$work/report.json" "--output=table=$work/table.txt")
[ -z "${GEPLINT_FAIL_ON:-}" ] || options+=("--fail-on=$GEPLINT_FAIL_ON")
[ -z "${GEPLINT_CONFIG:-}" ] || options+=("--config=$GEPLINT_CONFIG")
sarif=
if [ -n "${GEPLINT_SARIF:-}" ]; then
  options+=("--output=sarif=$GEPLINT_SARIF")
  case $GEPLINT_SARIF in /* | [A-Za-z]:*) sarif=$GEPLINT_SARIF ;; *) sarif=$PWD/$GEPLINT_SARIF ;; esac
fi
lines "${GEPLINT_ARGS:-}"
options+=(${wanted[@]+"${wanted[@]}"})
lines "${GEPLINT_PATHS:-.}"

code=0
"$program" check "${options[@]}" -- ${wanted[@]+"${wanted[@]}"} </dev/null 2>"$work/stderr" || code=$?
cat -- "$work/stderr" >&2
# A completed run has written its report, whatever its exit code.
[ -s "$work/report.json" ] || [ "$code" -gt 1 ] || code=2

# The errors, one a line, without colours; if there are none, all of standard error.
escape=$(printf '\033')
sed "s/$escape\[[0-9;]*m//g" "$work/stderr" >"$work/plain"
sed -n 's/^error: //p' "$work/plain" >"$work/message"
[ -s "$work/message" ] || cp "$work/plain" "$work/message"
[ -s "$work/message" ] || printf 'geplint ended with exit code %s and said nothing\n' "$code" >"$work/message"
# The first lines are enough; the log has all of them.
sed -n '1,10p' "$work/message" >"$work/first"

# One annotation: % and line ends are escaped for the runner.
if [ "$code" -gt 1 ]; then
  printf '::error title=geplint::%s\n' \
    "$(LC_ALL=C awk '{ gsub(/%/, "%25"); gsub(/\r/, "%0D"); printf "%s%s", (NR > 1 ? "%0A" : ""), $0 }' "$work/first")"
fi

# The totals are at the end of the report, on lines of their own; no text of a payload can begin a line.
total() { [ ! -f "$work/report.json" ] || sed -n "s/^    \"$1\": \([0-9][0-9]*\),\{0,1\}\$/\1/p" "$work/report.json"; }
errors=$(total errors)
warnings=$(total warnings)
{
  printf 'exit-code=%s\n' "$code"
  printf 'errors=%s\n' "$errors"
  printf 'warnings=%s\n' "$warnings"
  printf 'sarif-file=%s\n' "$sarif"
} >>"$GITHUB_OUTPUT"

# Paths in annotations are relative to the root of the checkout, in the table to the working directory: this is the part between.
between=$(pwd -P)/
root=$(cd -- "$GITHUB_WORKSPACE" 2>/dev/null && pwd -P) || root=
case $between in
  *[[:cntrl:]]*) between= ;;
  "$root"/*) between=${between#"$root"/} ;;
  *) between= ;;
esac

# The table as an indented code block, in which Markdown is not interpreted. GitHub accepts up to 1 MiB from a step; the
# number of omitted lines is printed.
table() {
  BETWEEN=$between ROOT=$root LC_ALL=C awk '
    NR > 1 && match($0, /^ *[0-9.]+ +[0-9.]+ +[0-9.]+ +[^ ]+ +[0-9]+:[0-9]+ +/) {
      start = substr($0, 1, RLENGTH); name = substr($0, RLENGTH + 1); before = ENVIRON["BETWEEN"]
      sub(/^(\.\/)+/, "", name)
      if (index(name, ENVIRON["ROOT"] "/") == 1) name = substr(name, length(ENVIRON["ROOT"]) + 2)
      else if (name !~ /^(\/|[A-Za-z]:)/) {
        while (before != "" && name ~ /^\.\.\//) { name = substr(name, 4); sub(/[^\/]*\/$/, "", before) }
        name = before name
      }
      $0 = start name
    }
    (size += length($0) + 5) > 900000 { cut++; next }
    { print "    " $0 }
    END { if (cut) print "\n" cut " more lines are left out." }' "$work/table.txt"
  printf '\n'
}

summary() {
  local headline="errors $errors, warnings $warnings"
  [ "$errors $warnings" != "0 0" ] || headline="No problems found"
  [ "$code" -le 1 ] || headline="could not check (exit code $code)"
  printf '### geplint: %s\n\n' "$headline"
  if [ "$code" -gt 1 ]; then
    sed 's/^/    /' "$work/first"
    printf '\n'
  fi
  [ -n "$errors" ] || return 0
  printf 'Files %s, records %s, errors %s, warnings %s, fixed %s, suppressed %s, skipped %s.\n\n' "$(total files)" \
    "$(total records)" "$errors" "$warnings" "$(total fixed)" "$(total suppressed)" "$(total skipped)"
  [ "$errors $warnings" = "0 0" ] || table
}
summary >>"$GITHUB_STEP_SUMMARY"
exit "$code"
