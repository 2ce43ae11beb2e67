#!/bin/sh
# Make sure that a Redis is here for the tests of rooms that several servers share: the system's,
# else Debian's package where apt works for this user.
set -u
command -v redis-server >/dev/null 2>&1 && exit 0
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
if command -v apt-get >/dev/null 2>&1 && as_root true >/dev/null 2>&1; then
    echo "Installing redis-server from the system's packages"
    as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends \
        redis-server >/dev/null 2>&1
fi
command -v redis-server >/dev/null 2>&1 && exit 0
echo "The tests need redis-server: install it with your system's packages." >&2
exit 1
