#!/bin/sh
# Makes the file system of a container that holds the gateway and what it needs to run, without a shell or anything else.
#
#   deploy/rootfs.sh <binary> <folder that is not there yet>
set -eu

binary=$1
root=$2
# nobody's elsewhere: the number that images without a distribution have for it
user=65532

mkdir -p "$root/usr/local/bin" "$root/etc/ssl/certs" "$root/tmp" "$root/data"
install -m 0755 "$binary" "$root/usr/local/bin/meltica"

# the C library, its parts, and what loads them
ldd "$binary" | awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }' | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done

cat /etc/ssl/certs/ca-certificates.crt >"$root/etc/ssl/certs/ca-certificates.crt"
echo "meltica:x:$user:$user:meltica:/data:/nologin" >"$root/etc/passwd"
echo "meltica:x:$user:" >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

chmod 1777 "$root/tmp"
chmod 0700 "$root/data"
chown "$user:$user" "$root/data"
