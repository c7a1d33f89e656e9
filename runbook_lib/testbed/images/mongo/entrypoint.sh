#!/bin/sh
# The data folder may be a fresh volume of root's, and the last process may have been killed.
set -eu
if [ "$1" = mongod ] || [ "${1#-}" != "$1" ]; then
    mkdir -p /data/db
    rm -f /tmp/mongod.pid
    echo "This is a stand-in for MongoDB: nx-27017 on SQLite, without log-in." >&2
    exec /opt/mongo/bin/nx-27017 --host 0.0.0.0 --port 27017 --data-dir /data/db \
        --pid-file /tmp/mongod.pid --log-file /dev/stderr
fi
exec "$@"
