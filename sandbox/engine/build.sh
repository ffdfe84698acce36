#!/usr/bin/env bash
# Builds the engine from its sources on Debian bookworm that has cargo, node and npm:
# sandbox/engine.wasm, the templates of programs beside it, engine.notices.txt with the licences of what the engine
# contains, and engine.json, which says what made them.
#
#   ./build.sh            everything
#   ./build.sh --no-apt   when the Debian packages are there already
set -euo pipefail
cd "$(dirname "$0")"

WASM_FEATURES="--enable-bulk-memory --enable-bulk-memory-opt --enable-sign-ext --enable-nontrapping-float-to-int
  --enable-mutable-globals --enable-reference-types --enable-multivalue"
# Debian's rustc has the source of its std (rust-web-src), which the wasm target is built
# from; `-Z build-std` is asked of a stable compiler, hence the bootstrap flag.
export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
# A flag that changes with the patch, so that cargo compiles QuickJS again.
CFLAGS_wasm32_wasip1="-DPATCH_$(cat native/* | sha256sum | cut -c1-16)"
export CFLAGS_wasm32_wasip1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() {
  local name=$1 start=$EPOCHREALTIME
  shift
  "$@" >"$work/log" 2>&1 || { cat "$work/log"; echo "failed: $name" >&2; exit 1; }
  awk -v n="$name" -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%-14s %6.1f s\n", n, b - a }'
}

bin() { "node_modules/.bin/$@"; }

apt_packages() {
  apt-get update
  apt-get install -y --no-install-recommends \
    rustc-web=1.96.* rust-web-src=1.96.* clang-19 lld-19 libclang-19-dev libclang-rt-19-dev-wasm32 wasi-libc llvm patch
}

# Its messages say which crates went into the engine.
crates() {
  cargo build --release --locked --message-format=json-render-diagnostics >"$work/crates.json"
}

templates() {
  bin jco parse program/program.wat -o "$work/program.template.wasm"
  bin jco parse program/standalone.wat -o "$work/standalone.template.wasm"
}

[[ ${1-} == --no-apt ]] || step apt apt_packages
step npm npm install --no-package-lock --no-audit --no-fund
step cargo crates
step notices bin bun build/notices.ts "$work/crates.json" "$work/engine.notices.txt"
step wasm-merge bin wasm-merge $WASM_FEATURES target/wasm32-wasip1/release/strategy_engine.wasm engine \
  native/wasi.wat wasi_snapshot_preview1 native/fuel.wat fuel -o "$work/merged.wasm"
step wizer bin wizer --init-func initialize-runtime -o "$work/started.wasm" "$work/merged.wasm"
step wasm-metadce bin wasm-metadce $WASM_FEATURES --graph-file native/exports.json "$work/started.wasm" -o "$work/trimmed.wasm"
step wasm-opt bin wasm-opt $WASM_FEATURES -O3 "$work/trimmed.wasm" -o "$work/unmetered.wasm"
step fuel bin bun build/meter.ts "$work/unmetered.wasm" "$work/metered.wasm"
step component bin jco new "$work/metered.wasm" -o "$work/engine.wasm"
step templates templates
install -m 644 "$work"/engine.{wasm,notices.txt} "$work"/*.template.wasm ..
step record bin bun build/record.ts
ls -l ../*.wasm
