#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs daypass into a development container of Debian's family, as root.
# From the first of: packages (*.deb) beside this file, as contrib/package
# makes them; a tarball beside it; the tarball at $TARBALL, whose SHA-256 is
# $SHA256. The options of devcontainer-feature.json arrive in the environment.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

die() {
	echo "daypass: $*" >&2
	exit 1
}

apt() {
	DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
		--no-install-recommends "$@" >/dev/null
}

# Of a group of files, those that are there.
beside() { # PATTERN
	find "$here" -maxdepth 1 -name "$1" ! -name '*-dbgsym_*'
}

install_packages() {
	set -- daypass-helpers_ daypass_
	[ "${KEYRING:-false}" != true ] || set -- "$@" daypass-keyring_
	for name; do
		file=$(beside "$name*.deb")
		[ -f "$file" ] || die "there is not one $name*.deb in $here"
		cp "$file" "$place/"
	done
	chmod 755 "$place"
	apt install "$place"/*.deb
}

fetch() {
	case ${TARBALL:-} in
	https://*) ;;
	'') die 'no packages and no tarball here: set the option tarball' ;;
	*) die "tarball '$TARBALL' is no https URL" ;;
	esac
	[ -n "${SHA256:-}" ] || die 'the option tarball wants sha256 beside it'
	apt install ca-certificates curl
	curl -fsS --proto '=https' -o "$place/daypass.tar.gz" "$TARBALL"
	echo "$SHA256  $place/daypass.tar.gz" | sha256sum -c - >/dev/null ||
		die "the tarball's SHA-256 is not $SHA256"
}

# What apt would remove for nobody needs it: the image's own is not ours to take.
unneeded() {
	apt-get -s autoremove | sed -n 's/^Remv \([^ ]*\) .*/\1/p'
}

# What was there only to build goes again; what daypass links to stays.
build() { # TARBALL
	tarball=$1
	before=$place/before
	unneeded >"$place/unneeded"
	xargs -r apt-mark manual <"$place/unneeded" >/dev/null
	apt-mark showmanual | sort >"$before"
	set -- gcc libc6-dev make musl-tools pkgconf libcurl4-openssl-dev \
		libexpat1-dev libgit2-dev libjson-c-dev libssl-dev
	[ "${KEYRING:-false}" != true ] || set -- "$@" libsecret-1-dev
	apt install "$@"
	tar -C "$place" -xzf "$tarball"
	(
		cd "$place"/daypass-*/
		if [ "${KEYRING:-false}" = true ]; then
			./configure -q --prefix=/usr --sysconfdir=/etc \
				--without-nats --with-libsecret
		else
			./configure -q --prefix=/usr --sysconfdir=/etc \
				--without-nats --without-libsecret
		fi
		make -s
		make -s install-strip
	)
	# libcurl is loaded and not linked: ldd does not show it.
	{
		ldconfig -p | sed -n 's/.*libcurl\.so\.4 .*=> //p'
		ldd /usr/bin/daypass /usr/libexec/daypass/* |
			sed -n 's/.*=> \(\/[^ ]*\).*/\1/p'
	} | sort -u | xargs realpath | sed 's|.*/|*/|' | xargs dpkg -S |
		cut -d: -f1 | sort -u >"$place/needed"
	xargs apt-mark manual <"$place/needed" >/dev/null
	apt-mark showmanual | sort | comm -13 "$before" - |
		comm -23 - "$place/needed" | xargs -r apt-mark auto >/dev/null
	apt --purge autoremove
	xargs -r apt-mark auto <"$place/unneeded" >/dev/null
}

configure() {
	[ -n "${CONFIG:-}" ] || return 0
	install -d -m 755 /etc/daypass
	printf '%s\n' "$CONFIG" | sed 's/\\n/\n/g' >/etc/daypass/config
	chmod 644 /etc/daypass/config
}

[ "$(id -u)" = 0 ] || die 'this wants root, as features have it'
command -v apt-get >/dev/null || die 'only Debian and what comes of it is known'
apt update
if [ -n "$(beside '*.deb')" ]; then
	install_packages
elif [ -n "$(beside 'daypass-*.tar.gz')" ]; then
	apt install ca-certificates
	build "$(beside 'daypass-*.tar.gz')"
else
	fetch
	build "$place/daypass.tar.gz"
fi
configure
rm -rf /var/lib/apt/lists/*
# Each finds what it is linked to.
for program in /usr/bin/daypass /usr/libexec/daypass/*; do
	"$program" --version
done
