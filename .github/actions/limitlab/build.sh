#!/usr/bin/env bash
# Builds limitlab from the sources that this action lies in, as ~/.cache/limitlab/limitlab.
#
#   build.sh key     says by what name that is kept: other sources, another compiler, another system
#   build.sh build   builds it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

case ${1:-} in
  key)
    digest=$(
      {
        rustc --version --verbose
        find Cargo.toml Cargo.lock src -type f -print0 | LC_ALL=C sort -z | xargs -0 cat
      } | git hash-object --stdin
    )
    printf 'key=limitlab-%s-%s-%s\n' "${RUNNER_OS:-$(uname -s)}" "${ImageOS:-any}" "$digest"
    ;;
  build)
    cargo build --release --locked
    mkdir -p "$HOME/.cache/limitlab"
    cp "${CARGO_TARGET_DIR:-target}/release/limitlab" "$HOME/.cache/limitlab/limitlab"
    ;;
  *)
    echo 'usage: build.sh key|build' >&2
    exit 2
    ;;
esac
