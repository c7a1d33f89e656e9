#!/bin/sh
# Make /rootfs/SERVICE: the frozen program in /app, the libraries that it loads, and a /tmp.
set -eu
service=$1
root=/rootfs/$service

mkdir -p "$root"
install -d -m 1777 "$root/tmp"
pyinstaller --log-level WARN --onedir --name "$service" --distpath /dist --specpath /dist \
    --exclude-module pkg_resources --exclude-module setuptools --exclude-module tkinter \
    --collect-submodules uvicorn --hidden-import pythonjsonlogger.json "$service/__main__.py"
cp -a "/dist/$service" "$root/app"

# The program brings Python along, but not the C library: every library that ldd names is copied to
# the same path, the loader of programs (ld-linux) included.
find "$root/app" -type f \( -name '*.so*' -o -name "$service" \) -exec ldd {} + 2>/dev/null |
    awk '$2 == "=>" && $3 ~ "^/" { print $3 } $1 ~ "^/" && $1 !~ ":$" { print $1 }' |
    grep -v "^$root" | sort -u > /tmp/libraries
xargs -a /tmp/libraries cp --parents --dereference --target-directory "$root"
