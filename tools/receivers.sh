#!/usr/bin/env bash
# Brings what the receivers of docs/verify.md need, all into .tools/receivers: nothing of this machine is changed.
#
# A language that this machine has not, or that cannot be brought, is left out: LANGUAGE.missing has the reason, with
# which its test is skipped, and the next make tries again.
set -euo pipefail

locks=$PWD/requirements/receivers
home=$PWD/.tools/receivers
maven_dependency_plugin=3.8.1

need() {
  command -v "$1" >/dev/null || { echo "$1 is not on PATH"; exit 1; }
}

set_up_node() {
  need node && need npm
  cp "$locks"/package.json "$locks"/package-lock.json "$home/node/"
  (cd "$home/node" && npm ci --silent --ignore-scripts --no-audit --no-fund --cache "$home/node/cache")
  rm -rf "$home/node/cache"
}

# Go keeps what it compiled; the first build compiles its whole net/http, without inlining in two thirds of the time.
set_up_go() {
  need go
  cp "$locks"/go.mod "$locks"/go.sum "$home/go/"
  printf 'package main\n\nimport _ "github.com/standard-webhooks/standard-webhooks/libraries/go"\n\nfunc main() {}\n' \
    >"$home/go/main.go"
  (cd "$home/go" && GOPATH=$home/go/path GOCACHE=$home/go/cache GOFLAGS="-modcacherw -gcflags=all=-l" \
    GOTOOLCHAIN=local CGO_ENABLED=0 go build -o /dev/null .)
}

set_up_java() {
  need java && need mvn
  local artifact hash jar
  read -r artifact hash <"$locks/java.txt"
  mvn --quiet --batch-mode --strict-checksums "-Dmaven.repo.local=$home/java/repository" \
    "org.apache.maven.plugins:maven-dependency-plugin:$maven_dependency_plugin:copy" \
    "-Dartifact=$artifact" "-DoutputDirectory=$home/java" -Dmdep.stripVersion=true
  jar=$home/java/standardwebhooks.jar
  echo "$hash  $jar" | sha256sum --check --quiet
  rm -rf "$home/java/repository"
}

# Debian's packages, unpacked beside the system: no root, and nothing is installed. What is installed is not fetched.
unpack_debian() {
  command -v apt-get >/dev/null || { echo "$2 is not on this machine, nor apt-get to bring it"; exit 1; }
  local apt="$1/apt"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$1/root"
  local options=(-qq -o Debug::NoLocking=1 -o APT::Sandbox::User=)
  options+=(-o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache")
  apt-get "${options[@]}" update
  apt-get "${options[@]}" install --yes --no-install-recommends --download-only "${@:2}"
  find "$apt/cache/archives" -name '*.deb' -exec dpkg-deb --extract {} "$1/root" \;
  rm -rf "$apt"
}

set_up_php() {
  local php
  if ! php=$(command -v php); then
    unpack_debian "$home/php" php-cli
    php=$(echo "$home"/php/root/usr/bin/php[0-9]*)
  fi
  printf '#!/bin/sh\nexec "%s" -n "$@"\n' "$php" >"$home/php/php"
  chmod +x "$home/php/php"
  "$home/php/php" -r 'hash_hmac("sha256", "", "");'
}

set_up_ruby() {
  local root=$home/ruby/root
  if ruby -e 'require "puma"; require "rack"' 2>/dev/null; then
    printf '#!/bin/sh\nexec puma "$@"\n' >"$home/ruby/puma"
  else
    unpack_debian "$home/ruby" ruby puma ruby-rack
    local ruby where=() gems=()
    ruby=$(echo "$root"/usr/bin/ruby[0-9]*)
    [ -x "$ruby" ] || ruby=/usr/bin/ruby
    local base
    for base in "$root" ""; do
      where+=("$base"/usr/lib/ruby/vendor_ruby "$base"/usr/lib/*/ruby/vendor_ruby/*)
      where+=("$base"/usr/lib/ruby/[0-9]* "$base"/usr/lib/*/ruby/[0-9]*)
      gems+=("$base"/usr/share/rubygems-integration/all "$base"/usr/lib/*/rubygems-integration/*)
    done
    local IFS=:
    printf '#!/bin/sh\nexport LD_LIBRARY_PATH="%s" RUBYLIB="%s" GEM_PATH="%s"\nexec "%s" "%s" "$@"\n' \
      "$(echo "$root"/usr/lib/*-linux-gnu*)" "${where[*]}" "${gems[*]}" "$ruby" "$root/usr/bin/puma" >"$home/ruby/puma"
  fi
  chmod +x "$home/ruby/puma"
  "$home/ruby/puma" --version >/dev/null
}

# In a shell of its own, so that one that fails takes nothing along.
set_up() {
  local language=$1
  mkdir -p "$home/$language"
  if [ -e "$home/$language/.ready" ] && [ -z "$(find "$locks" "$0" -newer "$home/$language/.ready")" ]; then
    return
  fi
  rm -rf "${home:?}/$language" "$home/$language.missing"
  mkdir -p "$home/$language"
  if "$0" "$language" >"$home/$language.log" 2>&1; then
    touch "$home/$language/.ready"
  else
    grep -v '^ *$' "$home/$language.log" | tail -n 1 >"$home/$language.missing"
    echo "The receiver in $language will not be tested: $(cat "$home/$language.missing")"
  fi
}

if [ $# -gt 0 ]; then
  "set_up_$1"
  exit
fi

mkdir -p "$home"
if command -v flock >/dev/null; then
  exec 9>.tools/receivers.lock
  flock 9
fi
echo "Setting up the receivers of docs/verify.md"
for language in node go java php ruby; do
  set_up "$language" &
done
wait
if ! compgen -G "$home/*.missing" >/dev/null; then
  touch "$home/.ready"
fi
