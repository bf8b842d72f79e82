#!/bin/sh
# Creates one role and one database per service: for every <SERVICE>_DATABASE_PASSWORD in the environment,
# such as QR_CODES_DATABASE_PASSWORD, the role and the database ruhui_qr_codes.
# The PostgreSQL image runs this once, when its data folder is new.
set -eu
for variable in $(env | sed -n 's/^\([A-Z_]*_DATABASE_PASSWORD\)=.*/\1/p'); do
  name=ruhui_$(echo "${variable%_DATABASE_PASSWORD}" | tr 'A-Z' 'a-z')
  psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set name="$name" --set password="$(printenv "$variable")" <<'SQL'
create role :"name" login password :'password';
create database :"name" owner :"name";
revoke all on database :"name" from public;
SQL
done
