#!/bin/sh
# Prints the Secrets of the system as YAML, from the file that `npm run --silent ruhui -- secrets` makes:
#   k8s/print-secrets.sh .env | kubectl apply --namespace ruhui -f -
set -eu
[ -r "${1:-}" ] || { echo 'usage: k8s/print-secrets.sh .env' >&2; exit 2; }

echo 'apiVersion: v1
kind: Secret
metadata: { name: keys }
stringData:'
grep -v -e '_PASSWORD=' -e '^#' -e '^$' "$1" | sed 's/^\([A-Z_]*\)=\(.*\)$/  \1: "\2"/'

sed -n 's/^\([A-Z_]*\)_DATABASE_PASSWORD=/\1 /p' "$1" | while read -r variable password; do
  service=$(echo "$variable" | tr 'A-Z_' 'a-z-')
  name=ruhui_$(echo "$variable" | tr 'A-Z' 'a-z')
  echo "---
apiVersion: v1
kind: Secret
type: kubernetes.io/basic-auth
metadata: { name: database-$service }
stringData:
  username: $name
  password: \"$password\"
  DATABASE_URL: postgres://$name:$password@postgres-rw:5432/$name"
done
