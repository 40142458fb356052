#!/usr/bin/env bash
# Makes functions/api/console/vendor.js again: Preact and htm in one file, from npm, by the locked versions.
# With --check it says whether the file is that one; nothing here runs when the stack is built, deployed or used.
set -euo pipefail

home=$PWD/functions/api/console
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp requirements/console/package.json requirements/console/package-lock.json "$work/"
cd "$work"
# The lock holds a digest of every package, and npm checks it. Scripts of packages do not run.
npm ci --silent --ignore-scripts --no-audit --no-fund --cache "$work/cache"
cat >entry.js <<'JS'
import { h } from "preact";
import htm from "htm/mini";
export { Component, render } from "preact";
export const html = htm.bind(h);
JS
version() { node -p "require('./node_modules/$1/package.json').version"; }
banner="/* Preact $(version preact), MIT, (c) Jason Miller; htm $(version htm), Apache-2.0, (c) Google. */"
node_modules/.bin/esbuild entry.js --bundle --minify --format=esm --target=es2022 --log-level=error --banner:js="$banner" --outfile=vendor.js
{
  for name in preact htm; do
    echo "## $name $(version $name)"
    echo
    cat "node_modules/$name/LICENSE"
    echo
  done
} >vendor.licences.txt

if [ "${1:-}" = --check ]; then
  cmp vendor.js "$home/vendor.js" && cmp vendor.licences.txt "$home/vendor.licences.txt"
  echo "vendor.js is what the recipe makes"
  exit
fi
mv vendor.js vendor.licences.txt "$home/"
(cd "$home" && sha256sum vendor.js vendor.licences.txt >vendor.sha256)
wc -c "$home/vendor.js"
