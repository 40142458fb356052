#!/usr/bin/env bash
# Runs a command (such as `make test-sam`) with Podman's socket as DOCKER_HOST, as root, in a mount namespace of its own: crun
# refuses a machine that has both versions of cgroups, so the second one is out of sight in there.
set -euo pipefail

if [ "${1:-}" != --inside ]; then
  exec unshare --mount --propagation private "$0" --inside "$@"
fi
shift
if mountpoint --quiet /sys/fs/cgroup/unified; then
  umount /sys/fs/cgroup/unified
fi
folder=$(mktemp -d)
# Without limits of its own: a container may be refused those that Podman asks for.
printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n[engine]\ncgroup_manager = "cgroupfs"\n' \
  >"$folder/containers.conf"
export CONTAINERS_CONF=$folder/containers.conf DOCKER_HOST=unix://$folder/podman.sock
podman system service --time=0 "$DOCKER_HOST" &
service=$!
trap 'kill "$service"; rm -rf "$folder"' EXIT
until [ -S "$folder/podman.sock" ]; do
  kill -0 "$service" # it has ended: so does this
  sleep 0.1
done
"$@"
