#!/bin/sh
# Make sure that the programs named are here, for the tests of rooms and readers that several
# servers share: the system's, else Debian's packages of their names where apt works for this user.
set -u
PATH="$PATH:/usr/sbin"
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
missing() { for name in "$@"; do command -v "$name" >/dev/null 2>&1 || echo "$name"; done; }
wanted=$(missing "$@")
[ -z "$wanted" ] && exit 0
if command -v apt-get >/dev/null 2>&1 && as_root true >/dev/null 2>&1; then
    echo "Installing from the system's packages:" $wanted
    as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends \
        $wanted >/dev/null 2>&1
fi
wanted=$(missing "$@")
[ -z "$wanted" ] && exit 0
echo "The tests need these programs, install them with your system's packages:" $wanted >&2
exit 1
