#!/usr/bin/env bash
# Builds geplint from the source of this action, into a folder that is cached.
#   build.sh key     outputs the cache key, a hash of the sources
#   build.sh build   builds, unless the cached program starts
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
    # A program from the cache of one runner image may not start on another.
    if "$RUNNER_TEMP/geplint-bin/bin/geplint" --version 2>/dev/null; then exit 0; fi
    if ! command -v cargo >/dev/null; then
      echo "::error title=geplint::there is no cargo to build geplint with: install Rust 1.95 or later in a step before, or set the input program"
      exit 2
    fi
    # The profile `release`: the few per cent of speed that `dist` adds are not worth the minutes here.
    cargo install --locked --force --path . --root "$RUNNER_TEMP/geplint-bin"
    ;;
  *)
    echo "build.sh key|build" >&2
    exit 2
    ;;
esac
