#!/usr/bin/env bash
# Brings what the OpenAPI document is tried with, from npm into .tools/clients/node: generators of clients, and linters.
#
# Where that cannot be, node.missing has the reason, with which the tests are skipped, and the next make tries again.
set -euo pipefail

locks=$PWD/requirements/clients
home=$PWD/.tools/clients

bring() {
  local tool
  for tool in node npm; do
    command -v "$tool" >/dev/null || { echo "$tool is not on PATH"; return 1; }
  done
  cp "$locks"/package.json "$locks"/package-lock.json "$home/node/"
  (cd "$home/node" && npm ci --silent --ignore-scripts --no-audit --no-fund --cache "$home/node/cache")
  rm -rf "$home/node/cache"
}

mkdir -p "$home"
if command -v flock >/dev/null; then
  exec 9>.tools/clients.lock
  flock 9
fi
if [ -e "$home/.ready" ] && [ -z "$(find "$locks" "$0" -newer "$home/.ready")" ]; then
  exit 0 # another make did it while this one waited
fi
echo "Setting up the generators and linters of the OpenAPI document"
rm -rf "$home/node" "$home/node.missing"
mkdir -p "$home/node"
# In a shell of its own: within a condition, `set -e` would not hold.
if (bring) >"$home/node.log" 2>&1; then
  touch "$home/.ready"
else
  grep -v '^ *$' "$home/node.log" | tail -n 1 >"$home/node.missing"
  rm -rf "$home/node"
  echo "No TypeScript client will be tested, and no linter run: $(cat "$home/node.missing")"
fi
