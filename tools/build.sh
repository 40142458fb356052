#!/usr/bin/env bash
# Builds the stack for ARCHITECTURE (arm64 or x86_64) into .aws-sam/build; quick where nothing has changed since.
set -euo pipefail

architecture=$1
built=.aws-sam/build/.sources # `sam build` by hand empties the folder, so this file says that the build is ours
log=.aws-sam/build.log

sources() {
  echo "$architecture"
  find functions layers template.yaml samconfig.toml requirements/sam.txt tools/build.sh -type f -not -path '*/__pycache__/*' -print0 |
    LC_ALL=C sort -z | xargs -0 cksum
}

.tools/sam/bin/python -m tools.kept_parameters samconfig.toml
mkdir -p .aws-sam
if command -v flock >/dev/null; then
  exec 9>.tools/build.lock
  flock 9
fi
now=$(sources)
if [ -e "$built" ] && [ "$now" = "$(cat "$built")" ]; then
  exit 0
fi

echo "Building the stack for $architecture"
# For another processor sam fetches wheels by version alone; as constraints, the hashes hold there too.
export PIP_CONSTRAINT='layers/dependencies/requirements.txt layers/api/requirements.txt' # pip splits it at blanks
export PIP_ONLY_BINARY=:all:
# sam looks for the runtime's python3.13, with pip, on PATH.
if ! PATH="$PWD/.tools/sam/bin:$PATH" .tools/sam/bin/python -m samcli build --cached --parallel \
  --parameter-overrides "Architecture=$architecture" >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
# The template says for which processor its packages are: it is the default, and CloudFormation refuses another one.
sed -i "/^  Architecture:\$/,/^    Default:/ s/^    Default: .*/    Default: $architecture/" .aws-sam/build/template.yaml
sed -i '/^Rules:$/r /dev/stdin' .aws-sam/build/template.yaml <<RULE
  BuiltForThisProcessor:
    Assertions:
    - Assert:
        Fn::Equals:
        - Ref: Architecture
        - $architecture
      AssertDescription: "this build is for $architecture: build for the stack's Architecture (make build ARCHITECTURE=…), or name this one"
RULE
# `sam build` ships no bytecode, and Lambda cannot keep what it compiles: every cold start would compile it all again.
# unchecked-hash: a deployment changes the files' times. The same Python minor version as the runtime's.
find .aws-sam/build -name __pycache__ -prune -exec rm -rf {} +
.tools/sam/bin/python -m compileall -q --invalidation-mode unchecked-hash -s .aws-sam/build .aws-sam/build/*/
echo "Unpacked sizes, with bytecode:"
du --apparent-size -sk .aws-sam/build/*/ | sed -E 's#^([0-9]+)\s+.*/([^/]+)/$#  \2\t\1 KiB#' | expand -t 30
echo "$now" >"$built"
