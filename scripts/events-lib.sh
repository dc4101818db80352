# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# events-lib.sh - the log of a run, a line of JSON for each event, which scripts/report reads.
#
# Sourced, not run.  The caller sets event_log, the file, and group, the subject that it is about.

# event NAME [KEY VALUE]...: a line of the log; values that are no numbers become strings
event() {
	local line

	line=$(printf '{"time":%d,"event":"%s","group":"%s"' "$EPOCHSECONDS" "$1" "${group:-}")
	shift
	while (($#)); do
		if [[ $2 =~ ^-?(0|[1-9][0-9]*)$ ]]; then
			line+=",\"$1\":$2"
		else
			line+=",\"$1\":\"$(tr -d '[:cntrl:]"\134' <<<"$2")\""
		fi
		shift 2
	done
	# shellcheck disable=SC2154 # of the caller
	echo "$line}" >>"$event_log" || true
}

# git_commit: the commit this is, with a word about changes
git_commit() {
	local name

	name=$(git rev-parse --short HEAD 2>/dev/null) || name=unknown
	git diff --quiet HEAD -- impl oracle targets 2>/dev/null || [[ $name == unknown ]] ||
		name+=" with changes"
	echo "$name"
}
