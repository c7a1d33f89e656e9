#!/bin/sh
# What the official image does before nginx starts: the scripts of /docker-entrypoint.d, in order.
set -e
if [ "$1" = nginx ]; then
    for script in $(find /docker-entrypoint.d -follow -type f -name '*.sh' | sort -V); do
        if [ -x "$script" ]; then
            echo "$0: launching $script"
            "$script"
        else
            echo "$0: ignoring $script, which is not executable"
        fi
    done
fi
exec "$@"
