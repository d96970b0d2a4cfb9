#!/bin/sh
# Print a ticket with curl and wait for its outcome: curl.sh ID [ticket.json]. Ends with 0 when it was printed.
set -eu
daemon=${TICKET_DAEMON_URL:-http://127.0.0.1:8766}
id=$1
document='{"version":"1.0","profile":{"model":"Generic 80mm"},"commands":[
  {"type":"text","data":{"content":{"text":"CAFÉ LA NUBE","align":"center"}}},{"type":"cut"}]}'
[ $# -lt 2 ] || document=$(cat "$2")

ask() { curl -sS ${TICKET_DAEMON_TOKEN:+-H "Authorization: Bearer $TICKET_DAEMON_TOKEN"} "$@"; }

# --retry goes on while the queue is full or the daemon is away; the same id prints once, however often it is sent.
ask --fail-with-body --retry 10 --retry-connrefused --json "{\"id\":\"$id\",\"datos\":$document}" "$daemon/api/v1/jobs"
echo
while job=$(ask --fail-with-body "$daemon/api/v1/jobs/$id"); do
  case $job in
    *'"state":"queued","printer"'* | *'"state":"printing","printer"'*) sleep 0.2 ;;
    *) break ;;
  esac
done
echo "$job"
case $job in
  *'"state":"confirmed","printer"'* | *'"state":"sent","printer"'* | *'"state":"spooled","printer"'*) ;;
  *) exit 1 ;;
esac
