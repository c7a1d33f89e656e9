#!/bin/sh
# Templates of /etc/nginx/templates become /etc/nginx/conf.d, with the environment filled in.
set -e
defined=$(env | cut -d= -f1 | sed 's/.*/${&}/' | tr '\n' ' ')
find /etc/nginx/templates -follow -type f -name '*.template' 2>/dev/null | while read -r template; do
    name=${template#/etc/nginx/templates/}
    envsubst "$defined" < "$template" > "/etc/nginx/conf.d/${name%.template}"
done
