#!/usr/bin/env bash
# Writes the locked requirements beside each .in file, with hashes and without the address of any index.
set -euo pipefail

before=.tools/lock.before

lock() {
  .tools/uv/bin/uv pip compile --quiet --generate-hashes --universal --python-version "$(cat .python-version)" \
    --custom-compile-command "make lock" "$@"
}

# The layers come first: dev.in is held to their versions.
for input in layers/{dependencies,api}/requirements.in requirements/{uv,sam,ministack,checkov,receivers,clients,aws,examples,dev,browser}.in; do
  output=${input%.in}.txt
  echo "Locking $input"
  [ ! -e "$output" ] || cp -p "$output" "$before"
  lock "$@" "$input" --output-file "$output"
  # What did not change keeps its age, or every environment would be made again.
  ! cmp -s "$output" "$before" || touch -r "$before" "$output"
done
