#!/usr/bin/env bash
# Puts the locked uv into .tools/uv with whatever Python and pip this machine has; needs no root.
set -euo pipefail

target=.tools/uv
lock=requirements/uv.txt
scratch=.tools/uv.new

fail() {
  printf 'set-up: %s\n' "$@" >&2
  exit 1
}

find_python() {
  local candidate
  for candidate in python3 python3.14 python3.13 python3.12 python3.11 python3.10 /usr/bin/python3; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  fail "no python3 of version 3.10 or later is on PATH." "On Debian: apt-get install python3"
}

# Hashes make it safe to take uv from whatever index this machine's pip is set up for.
install_with() {
  "$@" install -qq --disable-pip-version-check --no-user --no-deps --require-hashes --only-binary :all: \
    --requirement "$lock" --target "$scratch/uv"
}

# Debian leaves ensurepip (python3-venv) and pip (python3-pip) out of python3; its own package of pip's wheel can be
# unpacked without root.
unpack_debian_pip() {
  mkdir -p "$scratch/deb"
  (cd "$scratch/deb" && apt-get download -qq python3-pip-whl && dpkg-deb --extract python3-pip-whl_*.deb .)
  local wheel
  wheel=$(echo "$scratch"/deb/usr/share/python-wheels/pip-*.whl)
  cp "$wheel" "$scratch/"
}

[ -e "$lock" ] || fail "$lock is not there; run make in the folder of the Makefile."
mkdir -p .tools
if command -v flock >/dev/null; then
  exec 9>.tools/uv.lock
  flock 9
fi
if [ -x "$target/bin/uv" ] && [ ! "$lock" -nt "$target/bin/uv" ]; then
  exit 0 # another make did it while this one waited
fi

python=$(find_python)
rm -rf "$scratch"
mkdir -p "$scratch"
echo "Setting up uv"
if "$python" -m pip --version >/dev/null 2>&1; then
  install_with "$python" -m pip
elif "$python" -m venv "$scratch/venv" >"$scratch/venv.log" 2>&1; then
  install_with "$scratch/venv/bin/python" -m pip
elif command -v apt-get >/dev/null && unpack_debian_pip >"$scratch/deb.log" 2>&1; then
  install_with "$python" "$(echo "$scratch"/pip-*.whl)/pip"
else
  fail "$("$python" --version) has neither venv nor pip, and Debian's pip could not be fetched without root." \
    "On Debian: apt-get install python3-venv" \
    "Details: $scratch/venv.log, $scratch/deb.log"
fi
"$scratch/uv/bin/uv" --version >/dev/null
touch "$scratch/uv/bin/uv"
rm -rf "$target"
mv "$scratch/uv" "$target"
rm -rf "$scratch"
