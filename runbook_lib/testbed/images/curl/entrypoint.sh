#!/bin/sh
# As in the official image: options go to curl, anything else is a command of its own.
if [ "${1#-}" != "$1" ] || ! command -v "$1" > /dev/null; then
    set -- curl "$@"
fi
exec "$@"
