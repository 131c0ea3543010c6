#!/usr/bin/env bash
# Builds geplint from the source of this action, into a folder that is cached.
#   build.sh key     tells what the build is made of
#   build.sh build   builds, unless there is one that runs
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

if command -v sha256sum >/dev/null; then checksum=(sha256sum); else checksum=(shasum -a 256); fi

case ${1:-} in
  key)
    key=$(find Cargo.toml Cargo.lock build.rs src crates rules .github/action/build.sh -type f -print0 |
      LC_ALL=C sort -z | xargs -0 "${checksum[@]}" | "${checksum[@]}" | cut -d ' ' -f 1)
    printf 'key=%s\n' "$key" >>"$GITHUB_OUTPUT"
    ;;
  build)
    # What was cached on one image may not start on another.
    if "$RUNNER_TEMP/geplint-bin/bin/geplint" --version 2>/dev/null; then exit 0; fi
    if ! command -v cargo >/dev/null; then
      echo "::error title=geplint::there is no cargo to build geplint with: install Rust 1.95 or later in a step before, or set the input program"
      exit 2
    fi
    # The profile `release`: the last few per cent of speed, which `dist` has, are not worth their minutes here.
    cargo install --locked --force --path . --root "$RUNNER_TEMP/geplint-bin"
    ;;
  *)
    echo "build.sh key|build" >&2
    exit 2
    ;;
esac
