#!/bin/sh
# Make sure that a Chromium is here for the browser tests: the system's, else Debian's package
# where apt works for this user, else Playwright's own download.
set -u
python=$1
for name in chromium-headless-shell chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && found=$name
done

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
apt_works() { command -v apt-get >/dev/null 2>&1 && as_root true >/dev/null 2>&1; }
chinese() { ! command -v fc-list >/dev/null 2>&1 || fc-list :lang=zh | grep -q .; }

if apt_works && { [ -z "${found:-}" ] || ! chinese; }; then
    echo "Installing chromium and a Chinese font from the system's packages"
    as_root apt-get update -qq
    for package in chromium-headless-shell chromium; do
        DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends \
            "$package" fonts-noto-cjk >/dev/null 2>&1 && exit 0
    done
fi
[ -n "${found:-}" ] && exit 0
"$python" - <<'END' && exit 0
import os, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(0 if os.path.exists(p.chromium.executable_path) else 1)
END
echo "Installing Playwright's own Chromium"
exec "$python" -m playwright install chromium
