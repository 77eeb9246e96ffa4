#!/bin/sh
# Run tests/qgis in another release of Debian: 13 has QGIS 3.40 and Python 3.13. Started by hand, as root, on Debian or
# Ubuntu: the release goes into a folder of its own, and nothing outside of it is changed but debootstrap installed.
#
#   sudo tools/test_in_debian.sh                        every test
#   sudo tools/test_in_debian.sh -k provider            what follows goes to pytest; paths are inside of tests/qgis
#
# DEBIAN_SUITE   the release (trixie)
# DEBIAN_ROOT    its folder, made when it is missing and used again when it is there (build/debian-SUITE; some 3 GB)
# DEBIAN_MIRROR  where Debian's packages come from (where this system's own do, else http://deb.debian.org/debian)
#
# Proxies, pip's settings in PIP_* and certificates that this system trusts are taken along.
set -eu
project=$(cd "$(dirname "$0")/.." && pwd)
suite=${DEBIAN_SUITE:-trixie}
root=${DEBIAN_ROOT:-$project/build/debian-$suite}

fail() {
    echo "$*" >&2
    exit 1
}

# Where this system gets Debian's packages from; empty on anything but Debian.
own_mirror() {
    apt-get indextargets --format '$(LABEL) $(REPO_URI)' 2>/dev/null | sed -n 's/^Debian \(http.*\)/\1/p' | head -n 1
}

# Run a command inside. Only settings that are meant go in, so that the result does not depend on who starts it.
inside() {
    set -- PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY \
        PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_DEFAULT_TIMEOUT; do
        eval "value=\${$name:-}"
        [ -z "$value" ] || set -- "$name=$value" "$@"
    done
    # The mounts are in a namespace of this command: they end with it, and removing the folder can never reach /dev.
    unshare --mount sh -euc '
        root=$1
        shift
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        exec chroot "$root" /usr/bin/env -i "$@"
    ' sh "$root" "$@"
}

make_root() {
    command -v debootstrap >/dev/null || apt-get install -qq -y --no-install-recommends debootstrap ||
        fail "Install debootstrap first."
    mirror=${DEBIAN_MIRROR:-$(own_mirror)}
    mirror=${mirror:-http://deb.debian.org/debian}
    echo "Making $suite in $root ..."
    mkdir -p "$root"
    debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" >"$root.log" 2>&1 || {
        tail -n 20 "$root.log" >&2
        fail "debootstrap failed; its whole output is in $root.log."
    }
}

trust_own_certificates() {
    if ls /usr/local/share/ca-certificates/*.crt >/dev/null 2>&1; then
        cp -L /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/"
    fi
    inside update-ca-certificates >>"$root.log" 2>&1
}

install_packages() {
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    trust_own_certificates
    echo "Installing QGIS ..."
    inside apt-get update -qq
    inside apt-get install -qq -y --no-install-recommends \
        qgis python3-qgis python3-venv python3-pytest python3-pytest-timeout >"$root.log" 2>&1 || {
        tail -n 20 "$root.log" >&2
        fail "apt-get failed; its whole output is in $root.log."
    }
}

# Tracked files, and new ones that git does not ignore, as they are now. A copy, so that tests cannot change the checkout.
copy_project() {
    rm -rf "$root/satseg"
    mkdir "$root/satseg"
    git -C "$project" -c safe.directory="$project" ls-files -z --cached --others --exclude-standard |
        (cd "$project" && xargs -0 sh -c 'for file; do [ ! -e "$file" ] || printf "%s\0" "$file"; done' sh) |
        tar -C "$project" --null --no-recursion --files-from=- -cf - | tar -C "$root/satseg" -xf -
}

make_environment() {
    [ -x "$root/opt/satseg/bin/python" ] || inside python3 -m venv /opt/satseg
    # Cheap when all is there already. Without the packages of development: the tests need what a user's engine needs.
    inside PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
        /opt/satseg/bin/pip install --quiet --disable-pip-version-check --root-user-action ignore \
        --constraint /satseg/constraints.txt --editable /satseg
}

[ "$(id -u)" = 0 ] || fail "A folder with a system in it can only be made and entered by root."
[ -e "$root/satseg-packages" ] || {
    [ -e "$root/etc/debian_version" ] && [ ! -d "$root/debootstrap" ] || make_root
    install_packages
    touch "$root/satseg-packages"
}
copy_project
make_environment
inside python3 -c 'import sys
from qgis.core import Qgis
print("QGIS", Qgis.version(), "Python", sys.version.split()[0])'
inside SATSEG_PYTHON=/opt/satseg/bin/python QT_QPA_PLATFORM=offscreen \
    sh -euc 'cd /satseg/tests/qgis && exec python3 -m pytest --timeout 600 "$@"' sh "$@"
