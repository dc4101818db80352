# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# patched-lib.sh - builds an allocator with changed files: these are compiled and linked as the lane
# did it with the others, whose objects are used as they are.
#
# Sourced after setup-lib.sh, not run.  Takes a lane that is built, see build_lane.
# shellcheck disable=SC2154 # root is of setup-lib.sh

shopt -s extglob

# lane_commands LANE TARGET: how the lane made it, a line each, the linking last
lane_commands() {
	ninja -C "$root/build/$1" -t commands "$2"
}

# prepare_patched LANE TARGET...: read how that lane compiles a file of impl/ and links the targets
declare -A patched_cc=() patched_ld=()
prepare_patched() {
	local lane=$1 target

	shift
	patched_cc[$lane]=$(lane_commands "$lane" pcpu_impl | sed -n '/ -c .*\/impl\/bitmap\.c$/p')
	[[ ${patched_cc[$lane]} ]] || die "lane $lane: expected a command that compiles impl/bitmap.c"
	for target; do
		patched_ld[$lane/$target]=$(lane_commands "$lane" "$target" | tail -n 1)
		[[ ${patched_ld[$lane/$target]} == *" -o $target "* ]] ||
			die "lane $lane: expected a command that links $target"
	done
}

# patched_compile LANE FOLDER FILE.c OUT.o [FLAG...]: compile a file of FOLDER, which stands in the
# place of impl/ and has all of it
patched_compile() {
	local lane=$1 source=$2/$3 out=$4
	local -a words

	shift 4
	# what is before "-MD" or "-o" are the compiler and its flags, quoted for a shell
	eval "words=(${patched_cc[$lane]%%@( -MD| -o )*})"
	(cd "$root/build/$lane" && "${words[@]}" "$@" -c "$source" -o "$out")
}

# patched_link LANE TARGET OUT OBJECT...: these come before the library that has the others
patched_link() {
	local lane=$1 target=$2 out=$3 command=${patched_ld[$1/$2]}
	local -a words tail

	shift 3
	command=${command#: && }
	command=${command% && :}
	eval "words=(${command%% -o "$target" *}) tail=(${command#* -o "$target" })"
	(cd "$root/build/$lane" && "${words[@]}" "$@" -o "$out" "${tail[@]}")
}
