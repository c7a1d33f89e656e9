#!/bin/sh
# As in the official image: the default user comes from the environment, and may come from anywhere.
set -eu
if [ "${1#rabbitmq}" != "$1" ] && [ "$(id -u)" = 0 ]; then
    if [ "$1" = rabbitmq-server ]; then
        find /var/lib/rabbitmq \! -user rabbitmq -exec chown rabbitmq '{}' +
        mkdir -p /etc/rabbitmq/conf.d
        {
            echo "loopback_users = none"
            if [ -n "${RABBITMQ_DEFAULT_USER:-}" ]; then echo "default_user = $RABBITMQ_DEFAULT_USER"; fi
            if [ -n "${RABBITMQ_DEFAULT_PASS:-}" ]; then echo "default_pass = $RABBITMQ_DEFAULT_PASS"; fi
            if [ -n "${RABBITMQ_DEFAULT_VHOST:-}" ]; then echo "default_vhost = $RABBITMQ_DEFAULT_VHOST"; fi
        } > /etc/rabbitmq/conf.d/10-defaults.conf
        set -- /usr/lib/rabbitmq/bin/rabbitmq-server
    fi
    exec gosu rabbitmq "$@"
fi
exec "$@"
