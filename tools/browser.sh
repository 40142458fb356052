#!/usr/bin/env bash
# Finds what the browser suite drives, and brings axe-core from npm: into .tools/browser, beside its Python.
#
# The browser is the first of: the variable CHROMIUM, one that is installed, Debian's package (as root), the same
# package unpacked into .tools/browser (without root). Where none can be had, browser.missing has the reason, with which
# the suite skips, and the next make tries again. Playwright's own download is never used.
set -euo pipefail

home=$PWD/.tools/browser
locks=$PWD/requirements/browser

installed() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
    if command -v "$name"; then return; fi
  done
  return 1
}

# Whether the browser at this path starts; one that is a wrapper around a snap, or lacks a library, does not.
starts() {
  timeout 60 "$1" --headless --no-sandbox --disable-gpu --no-first-run --dump-dom about:blank >/dev/null 2>&1
}

as_package() {
  [ "$(id -u)" = 0 ] || return 1
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends chromium
}

# Chromium and those of its libraries that this machine lacks, each a package that apt checks, none of them installed.
unpacked() {
  local folder=$home/chromium package
  mkdir -p "$folder/packages"
  (
    cd "$folder/packages"
    for package in $(apt-get install --simulate --no-install-recommends chromium | sed -n 's/^Inst \([^ ]*\) .*/\1/p'); do
      apt-get download -qq "$package"
      dpkg -x "$package"_*.deb "$folder"
    done
  )
  rm -rf "$folder/packages"
  cat >"$folder/start" <<START
#!/bin/sh
export LD_LIBRARY_PATH="$folder/usr/lib/$(uname -m)-linux-gnu:$folder/lib/$(uname -m)-linux-gnu"
exec "$folder/usr/lib/chromium/chromium" "\$@"
START
  chmod +x "$folder/start"
  echo "$folder/start"
}

find_browser() {
  local found
  for found in "${CHROMIUM:-}" "$(installed || true)"; do
    if [ -n "$found" ] && starts "$found"; then echo "$found" >"$home/browser.path"; return; fi
  done
  command -v apt-get >/dev/null || { echo "no Chromium is installed, and there is no apt-get; CHROMIUM may say where one is"; return 1; }
  if (as_package) >>"$home/browser.log" 2>&1; then
    found=$(installed)
  else
    found=$(unpacked 2>>"$home/browser.log" | tail -n 1)
  fi
  starts "$found" || { echo "Debian's Chromium does not start here (.tools/browser/browser.log)"; return 1; }
  echo "$found" >"$home/browser.path"
}

bring_axe() {
  command -v npm >/dev/null || { echo "npm is not on PATH"; return 1; }
  cp "$locks"/package.json "$locks"/package-lock.json "$home/node/"
  (cd "$home/node" && npm ci --silent --ignore-scripts --no-audit --no-fund --cache "$home/node/cache")
  rm -rf "$home/node/cache"
}

mkdir -p "$home"
if command -v flock >/dev/null; then
  exec 9>.tools/browser.lock
  flock 9
fi
if [ -e "$home/.ready" ] && [ -z "$(find "$locks" "$0" -newer "$home/.ready")" ] && [ -x "$(cat "$home/browser.path")" ]; then
  exit 0 # another make did it while this one waited
fi
echo "Setting up a browser for the console's tests"
rm -rf "$home/node" "$home/chromium" "$home"/*.missing "$home"/browser.{path,log} "$home/.ready"
mkdir -p "$home/node"
for part in browser axe; do
  what=$([ "$part" = browser ] && echo find_browser || echo bring_axe)
  # In a shell of its own: within a condition, `set -e` would not hold.
  if ! ($what) >"$home/$part.said" 2>&1; then
    grep -v '^ *$' "$home/$part.said" | tail -n 1 >"$home/$part.missing"
    [ -s "$home/$part.missing" ] || echo "its set-up failed" >"$home/$part.missing"
  fi
  rm -f "$home/$part.said"
done
if [ -e "$home/browser.missing" ] || [ -e "$home/axe.missing" ]; then
  echo "THE CONSOLE WILL NOT BE TESTED IN WHOLE: $(cat "$home"/*.missing)"
else
  touch "$home/.ready"
fi
