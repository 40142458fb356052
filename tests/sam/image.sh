#!/usr/bin/env bash
# Makes a stand-in for Lambda's image, under its name, for machines that cannot pull that one: Debian 13 with its Python 3.13,
# awslambdaric and boto3. `sam` adds the emulator itself. Needs podman, mmdebstrap and Debian's packages.
set -euo pipefail
cd "$(dirname "$0")/../.."

architecture=$([ "$(uname -m)" = aarch64 ] && echo arm64 || echo x86_64)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

make --silent .venv/.ready
mmdebstrap --quiet --variant=minbase --include=python3,ca-certificates trixie "$folder/root.tar" ${DEBIAN:+"$DEBIAN"}
mkdir -p "$folder/var/runtime" "$folder/var/task" "$folder/var/rapid"
.tools/uv/bin/uv pip install --quiet --python .venv/bin/python --target "$folder/var/runtime" \
  --constraint requirements/dev.txt awslambdaric boto3
cat >"$folder/var/runtime/bootstrap" <<'BOOTSTRAP'
#!/bin/sh
export PYTHONPATH="/opt/python:/var/runtime"
cd /var/task && exec /usr/bin/python3 -m awslambdaric "$_HANDLER"
BOOTSTRAP
chmod +x "$folder/var/runtime/bootstrap"
tar --append --file "$folder/root.tar" --directory "$folder" ./var/runtime ./var/task ./var/rapid
podman import --quiet --change 'ENV LAMBDA_TASK_ROOT=/var/task' --change 'ENV LAMBDA_RUNTIME_DIR=/var/runtime' \
  --change 'WORKDIR /var/task' "$folder/root.tar" "public.ecr.aws/lambda/python:3.13-$architecture"
