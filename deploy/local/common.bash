# What the scripts of the local stack share; sourced, not run.
# shellcheck shell=bash
# The names below are used by the scripts that source this.
# shellcheck disable=SC2034

set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)
cd -- "$root"

# In the order in which they start.
services=(stats notifier escalation dispatcher intake console)

say() { printf '%s\n' "$*"; }
warn() { printf 'gridloop: %s\n' "$*" >&2; }
fail() {
  warn "$@"
  exit 1
}

# An absolute path of one that may not exist yet.
absolute() { realpath -m -- "$1"; }

GRIDLOOP_HOME=$(absolute "${GRIDLOOP_HOME:-.gridloop}")
export GRIDLOOP_HOME
env_file=$GRIDLOOP_HOME/env
run=$GRIDLOOP_HOME/run
logs=$GRIDLOOP_HOME/logs
secrets=$GRIDLOOP_HOME/secrets
# Two stacks differ in their home; a socket's path must be short (107 bytes), so it cannot stand below it.
stack_id=$(printf %s "$GRIDLOOP_HOME" | sha256sum | cut -c1-12)
socket_directory=/tmp/gl-$stack_id

# What `env` says of a name; nothing when it says nothing.
recorded() {
  [[ -r $env_file ]] || return 0
  sed -n "s/^$1=//p" "$env_file" | tail -n 1
}

# The gridctl of this stack's build.
gridctl() {
  local mode
  mode=$(recorded BUILD)
  "$root/.build/${mode:-release}/gridctl" "$@"
}

# The process number in a file below run/, if that process lives and has the word in its command line.
living() { # file word
  local pid
  [[ -r $run/$1 ]] && pid=$(<"$run/$1") && [[ $pid =~ ^[0-9]+$ ]] || return 1
  [[ -r /proc/$pid/cmdline ]] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q -- "$2" || return 1
  printf '%s' "$pid"
}

# Waits until a process has ended; fails when it has not within so many tenths of a second.
ended_within() { # pid tenths
  local left=$2
  while [[ -d /proc/$1 ]] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null; do
    ((left-- > 0)) || return 1
    sleep 0.1
  done
}

# The status line and the body of a GET without any other tool.
http_get() { # http://host:port path
  local address=${1#http://} host port
  host=${address%:*} port=${address##*:}
  host=${host#[} host=${host%]}
  exec {socket}<>"/dev/tcp/$host/$port" || return 1
  printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$2" "$address" >&"$socket"
  timeout 5 cat <&"$socket" | tr -d '\r'
  exec {socket}>&-
}

# One script at a time changes a stack; the others wait. What is called from here runs under the same lock.
take_lock() {
  local max_seconds=1800
  [[ -z ${GRIDLOOP_LOCK_HELD:-} ]] || return 0
  exec 9>"$GRIDLOOP_HOME/lock"
  if ! flock -n 9; then
    say "another make is at work on $GRIDLOOP_HOME; waiting"
    flock -w "$max_seconds" 9 || fail "the other make did not end"
  fi
  export GRIDLOOP_LOCK_HELD=yes
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# PostgreSQL refuses to run as root, so root steps down to the distribution's user, who may not reach this directory.
as_server() {
  if ((EUID == 0)); then (cd / && setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"); else "$@"; fi
}

# Where the private PostgreSQL's data stands, links followed: its user need not be able to reach the link.
postgres_data() { realpath -m -- "$GRIDLOOP_HOME/postgres"; }

# Directory of the newest server's programs.
server_programs() {
  local newest
  newest=$(find /usr/lib/postgresql -mindepth 3 -maxdepth 3 -name initdb 2>/dev/null | sort -V | tail -n 1)
  [[ -n $newest ]] || fail "PostgreSQL's server is not installed; run deploy/local/install"
  dirname -- "$newest"
}
