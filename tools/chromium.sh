#!/bin/sh
# Prints the path of a Chromium for the page tests; on Debian it installs one, with Chinese fonts, when none is there.
set -eu

find_chromium() {
    for name in ${HANSA_CHROMIUM:+"$HANSA_CHROMIUM"} chromium chromium-browser google-chrome; do
        if command -v "$name"; then
            return
        fi
    done
    return 1
}

has_chinese_font() {
    command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh family)" ]
}

if find_chromium >/dev/null && has_chinese_font; then
    find_chromium
    exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Debian's Chromium and Chinese fonts ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >&2
    apt-get install -qq -y --no-install-recommends chromium fontconfig fonts-noto-cjk >&2
fi
find_chromium || {
    echo "The page tests need Chromium: install it (Debian: apt install chromium fonts-noto-cjk), or name it in HANSA_CHROMIUM." >&2
    exit 1
}
