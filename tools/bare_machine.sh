#!/usr/bin/env bash
# Run a command as on a machine that has Python and nothing of what the tests use for real: no fonts, browser, printer
# software, NATS, wine, node. It sees a copy of /usr from which they are gone; the machine keeps them. Needs root (Linux).
#   tools/bare_machine.sh COMMAND [ARGUMENTS...]
set -euo pipefail

gone=(
  chromium chromium-browser google-chrome firefox fc-list fc-match zbarimg wine wine64 wineserver wine-stable osslsigncode
  makensis node nodejs npm npx php nats-server promtool prometheus lp lpstat lpadmin cupsd ipptool ippeveprinter
  lintian objdump go-task task
)

if [ "${1:-}" != --inside ]; then
  exec unshare --mount --propagation private "$0" --inside "$@"
fi
shift

over=$(mktemp -d)
trap 'umount -l "$over" && rmdir "$over"' EXIT
mount -t tmpfs bare "$over"
hide() { # DIRECTORY: changes below it from here on are this namespace's alone
  local name=${1//\//_}
  mkdir -p "$over/$name/upper" "$over/$name/work"
  mount -t overlay overlay -o "lowerdir=$1,upperdir=$over/$name/upper,workdir=$over/$name/work" "$1"
}
hide /usr
for folder in /usr/bin /usr/sbin /usr/games /usr/local/bin /usr/local/sbin; do
  (cd "$folder" && rm -f "${gone[@]}")
done
rm -rf /usr/share/fonts /usr/local/share/fonts /usr/lib/chromium /usr/lib/*-linux-gnu/libusb-1.0.so* /usr/lib/wine
for folder in "$HOME/.fonts" "$HOME/.local/share/fonts"; do
  if [ -d "$folder" ]; then mount -t tmpfs bare "$folder"; fi
done

"$@"
