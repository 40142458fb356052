#!/usr/bin/env bash
# Makes the virtual environment FOLDER hold exactly the locked REQUIREMENTS; quick where it already does.
set -euo pipefail

folder=$1
requirements=$2
ready=$folder/.ready
uv=.tools/uv/bin/uv
version=$(cat .python-version)

if command -v flock >/dev/null; then
  exec 9>".tools/$(basename "$folder").lock"
  flock 9
fi
if [ -e "$ready" ] && [ -x "$folder/bin/python" ] && [ ! "$requirements" -nt "$ready" ] && [ ! .python-version -nt "$ready" ]; then
  exit 0 # another make did it while this one waited
fi

echo "Setting up $folder"
if ! "$uv" venv --quiet --clear --relocatable --python "$version" "$folder"; then
  echo "set-up: Python $version is not on this machine and uv could not bring it; install it and put python$version on PATH." >&2
  exit 1
fi
# Wheels alone: building a source distribution would run code whose hash nobody locked.
"$uv" pip install --quiet --require-hashes --no-build --python "$folder" --requirements "$requirements"
touch "$ready"
