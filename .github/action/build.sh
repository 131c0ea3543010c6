#!/usr/bin/env bash
# Builds geplint from the source of this action, into a folder that is cached.
#   build.sh key     tells what the build is made of
#   build.sh build   builds
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

if command -v sha256sum >/dev/null; then checksum=(sha256sum); else checksum=(shasum -a 256); fi

case ${1:-} in
  key)
    key=$(find Cargo.toml Cargo.lock build.rs src rules .github/action/build.sh -type f -print0 |
      LC_ALL=C sort -z | xargs -0 "${checksum[@]}" | "${checksum[@]}" | cut -d ' ' -f 1)
    printf 'key=%s\n' "$key" >>"$GITHUB_OUTPUT"
    ;;
  build)
    # The last few per cent of speed are not worth their minutes here.
    export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
    cargo install --locked --path . --root "$RUNNER_TEMP/geplint-bin"
    ;;
  *)
    echo "build.sh key|build" >&2
    exit 2
    ;;
esac
