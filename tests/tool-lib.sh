# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tool-lib.sh - what the tests of the command-line tool share: running it, and counting.
#
# Sourced, not run.  Gets the arguments of the test, which are the tool alone.

if [ $# -ne 1 ]; then
	echo "usage: $0 PCPUFUZZ" >&2
	exit 2
fi
tool=$(realpath "$1")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0
failed=0
status=0
last=

ok() { # DESCRIPTION COMMAND...
	local what=$1

	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what"
		echo "  last command: $last"
		sed 's/^/  stdout: /' "$tmp/out" | tail -8
		sed 's/^/  stderr: /' "$tmp/err" | head -5
	fi
}

run() { # ARGUMENT... of the tool
	last="pcpufuzz $*"
	status=0
	"$tool" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

exits() { # STATUS ARGUMENT... of the tool
	local want=$1

	shift
	run "$@"
	ok "exit $want of: $last (was $status)" [ "$status" -eq "$want" ]
}
