#!/bin/bash
# Is the sidecar in this container live? Asks its own GET /health/live with what bash has, so that the image needs no curl.
# Ends with 0 for a 200 and with 1 for anything else: another status, no listener, no answer. What it prints, 'docker inspect' shows.
set -uo pipefail

listen=${SPILLWAY_ADMIN_LISTEN-127.0.0.1:8080}
if [ -z "$listen" ]; then
  echo "admin.listen is empty: there is nobody to ask, and this process has not ended"
  exit 0
fi
host=${listen%:*}
host=${host#[}
host=${host%]}
case $host in
  0.0.0.0) host=127.0.0.1 ;;
  ::) host=::1 ;;
esac

if ! { exec 3<>"/dev/tcp/$host/${listen##*:}"; } 2>/dev/null; then
  echo "nobody listens at $listen: is this container a 'run'? For other commands use --no-healthcheck"
  exit 1
fi
printf 'GET /health/live HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$listen" >&3
if ! IFS=' ' read -r -t 5 -u 3 _ status _; then
  echo "no answer from $listen within 5 s"
  exit 1
fi
while IFS= read -r -t 5 -u 3 line && [ -n "${line%$'\r'}" ]; do :; done # the headers
IFS= read -r -t 5 -u 3 state
echo "$status ${state:-}"
[ "$status" = 200 ]
