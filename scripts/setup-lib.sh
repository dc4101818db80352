# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# setup-lib.sh - what the scripts share: installing what is missing, and the lanes.
#
# Sourced, not run.  A lane is one way to build everything, in build/LANE.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
self=${self:-scripts/$(basename "$0")}

die() {
	printf '%s: %s\n' "$self" "$*" >&2
	exit 2
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# How AFL++ runs a target; AFL_PATH is where its own files are.
afl_driver=${AFL_PATH:-/usr/lib/afl}/libAFLDriver.a

# ---- packages ----

includes() {
	echo "#include <$1>" | gcc -E - >/dev/null 2>&1
}

# The first of these that apt knows, else the last.
first_known() {
	local name

	for name; do
		[[ $(apt-cache show "$name" 2>/dev/null) != *Package:* ]] || break
	done
	echo "$name"
}

clang_major() {
	local version

	version=$(clang -dumpversion)
	echo "${version%%.*}"
}

missing_clang() {
	local major

	if ! have clang; then
		echo clang llvm
		return
	fi
	major=$(clang_major)
	if [[ -z $(find "$(clang -print-resource-dir)/" -name 'libclang_rt.fuzzer*.a') ]]; then
		first_known "libclang-rt-$major-dev" "libclang-common-$major-dev"
	fi
	if ! have "$(llvm_tool llvm-cov)" || ! have "$(llvm_tool llvm-symbolizer)"; then
		first_known "llvm-$major" llvm
	fi
}

# What scripts/ossfuzz-check needs besides the lane fuzz.
missing_ossfuzz() {
	have file || echo file
	have objdump && have ld.gold || echo binutils
	have afl-fuzz || echo afl++
	if have clang && ! compgen -G "/usr/lib/llvm-$(clang_major)/lib/LLVMgold.so" >/dev/null; then
		echo "llvm-$(clang_major)-linker-tools"
	fi
	if [[ $(uname -m) == x86_64 ]] && ! m32_c++_works; then
		echo g++-multilib
	fi
}

# Where there is none for -m32, that of the host is named.
m32_c++_works() {
	local library

	library=$(g++ -m32 -print-file-name=libstdc++.so 2>&1)
	[[ $library == */32/* && -e $library ]]
}

# missing_packages LANE...: what has to be installed to build these lanes
missing_packages() {
	local lane

	have gcc || echo gcc
	have g++ || echo g++
	includes stdio.h || echo libc6-dev
	have cmake || echo cmake
	have ninja || echo ninja-build
	have xz || echo xz-utils
	have patch || echo patch
	[[ -x /usr/bin/python3 ]] || echo python3
	includes jansson.h || echo libjansson-dev
	for lane; do
		case $lane in
		fuzz | msan | clang0 | coverage) missing_clang ;;
		afl*)
			missing_clang
			have afl-fuzz && have afl-clang-fast && [[ -e $afl_driver ]] || echo afl++
			;;
		mutate)
			missing_clang
			if have clang && ! /usr/bin/python3 -c 'import clang.cindex' 2>/dev/null; then
				first_known "python3-clang-$(clang_major)" python3-clang
			fi
			;;
		m32)
			if [[ $(uname -m) == x86_64 ]] && ! m32_works; then
				echo gcc-multilib
			fi
			;;
		ossfuzz) missing_ossfuzz ;;
		esac
	done
}

m32_works() {
	echo '#include <stdlib.h>' | gcc -m32 -E - >/dev/null 2>&1 &&
		[[ -e $(gcc -m32 -print-file-name=crt1.o) ]]
}

as_root() {
	if ((EUID == 0)); then
		"$@"
	elif [[ -t 0 ]]; then
		sudo "$@"
	else
		sudo -n "$@"
	fi
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@" >>"$root/build/setup.log" 2>&1 \
		</dev/null
}

# setup_packages LANE...: install what these lanes need and is not there
setup_packages() {
	local -a names
	local round list

	mkdir -p "$root/build"
	: >"$root/build/setup.log"
	# twice: which packages belong to clang is known when clang is there
	for round in 1 2; do
		mapfile -t names < <(missing_packages "$@" | tr ' ' '\n' | sort -u)
		((${#names[@]})) || return 0
		list=${names[*]}
		have apt-get || die "expected to find, or to install with apt: $list"
		((EUID == 0)) || have sudo || die "expected root or sudo to install: $list"
		echo "set up: installing $list"
		if ((round == 1)) && ! apt update; then
			tail -n 5 "$root/build/setup.log" >&2
			die "apt-get update failed, see build/setup.log"
		fi
		mapfile -t names < <(missing_packages "$@" | tr ' ' '\n' | sort -u)
		if ! apt install -y --no-install-recommends "${names[@]}"; then
			tail -n 5 "$root/build/setup.log" >&2
			die "cannot install $list, see build/setup.log"
		fi
	done
	mapfile -t names < <(missing_packages "$@" | tr ' ' '\n' | sort -u)
	((${#names[@]} == 0)) || die "installed, but still not usable: ${names[*]}"
}

# setup_optional PROGRAM PACKAGE: install it if that can be done; without it some tests are skipped
setup_optional() {
	! have "$1" || return 0
	echo "set up: installing $2, for some tests only"
	if ! have apt-get || ! { apt install -y --no-install-recommends "$2" ||
		{ apt update && apt install -y --no-install-recommends "$2"; }; }; then
		echo "set up: $2 cannot be installed, so these are skipped"
	fi
}

# ---- lanes ----

# lane_works LANE: can this machine build it at all
lane_works() {
	[[ $1 != m32 ]] || { [[ $(uname -m) == x86_64 ]] && m32_works; }
}

lane_options() {
	case $1 in
	fuzz) echo clang clang++ -DPCPUFUZZ_SANITIZE=address -DPCPUFUZZ_FUZZERS=ON ;;
	plain) echo gcc g++ ;;
	afl) afl_options -DPCPUFUZZ_SANITIZE=address ;;
	afl-plain) afl_options ;;
	afl-cmplog) afl_options -DPCPUFUZZ_CMPLOG=ON ;;
	msan) echo clang clang++ -DPCPUFUZZ_SANITIZE=memory -DPCPUFUZZ_TRACE=OFF ;;
	m32) echo gcc g++ -DPCPUFUZZ_M32=ON -DPCPUFUZZ_TRACE=OFF ;;
	clang0) echo clang clang++ -DPCPUFUZZ_TRACE=OFF ;;
	coverage) echo clang clang++ -DPCPUFUZZ_COVERAGE=ON -DPCPUFUZZ_TRACE=ON ;;
	esac
}

afl_options() {
	echo afl-clang-fast afl-clang-fast++ -DPCPUFUZZ_FUZZERS=ON -DPCPUFUZZ_TRACE=OFF "$@"
}

lane_flags() {
	case $1 in
	clang0) echo "-O0 -g" ;;
	coverage) echo "-O1 -g" ;;
	*) echo "-O2 -g" ;;
	esac
}

# A copied or moved tree brings a cache along that cmake refuses.
drop_foreign_cache() {
	local cache=$1/CMakeCache.txt

	if [[ -e $cache ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
		rm -rf "$1"
	fi
}

configure_and_build() {
	local lane=$1 dir=$root/build/$1 cc cxx options
	local -a link_with=()

	shift
	[[ $lane != afl* ]] || link_with=("LIB_FUZZING_ENGINE=$afl_driver")
	read -r cc cxx options < <(lane_options "$lane")
	drop_foreign_cache "$dir"
	# shellcheck disable=SC2086 # options are words
	CC=$cc CXX=$cxx env -u CFLAGS -u CXXFLAGS -u LDFLAGS -u LIB_FUZZING_ENGINE "${link_with[@]}" \
		cmake -G Ninja -S "$root" -B "$dir" $options \
		-DCMAKE_C_FLAGS="$(lane_flags "$lane")" &&
		cmake --build "$dir" ${1:+--target "$@"}
}

# build_lane LANE [TARGET]...: configure and build; all targets if none is named
build_lane() {
	local log=$root/build/$1.log

	mkdir -p "$root/build"
	if ! (
		flock 9
		configure_and_build "$@" </dev/null >"$log" 2>&1
	) 9>"$root/build/$1.lock"; then
		echo "build/$1.log ends with:" >&2
		tail -n 25 "$log" >&2
		die "lane $1 does not build"
	fi
}

# ---- running ----

# The tool of the installed clang's own version.
llvm_tool() {
	clang -print-prog-name="$1"
}

# Sets the array san: what to put before programs that are built with sanitizers.  The ASan and
# MSan of clang up to 17 crash at start, at random, if the kernel randomises more than 28 bits.
prepare_sanitizers() {
	local bits=0

	# shellcheck disable=SC2034 # for the caller
	san=()
	ASAN_SYMBOLIZER_PATH=$(llvm_tool llvm-symbolizer)
	MSAN_SYMBOLIZER_PATH=$ASAN_SYMBOLIZER_PATH
	export ASAN_SYMBOLIZER_PATH MSAN_SYMBOLIZER_PATH
	if [[ -r /proc/sys/vm/mmap_rnd_bits ]]; then
		bits=$(</proc/sys/vm/mmap_rnd_bits)
	fi
	((bits > 28)) || return 0
	if setarch "$(uname -m)" -R true 2>/dev/null; then
		# shellcheck disable=SC2034
		san=(setarch "$(uname -m)" -R)
	else
		echo "note: vm.mmap_rnd_bits is $bits and setarch -R is not permitted here, so" \
			"sanitized programs may crash at start; 'sysctl vm.mmap_rnd_bits=28' helps"
	fi
}

# fuzzer_names: the programs of all fuzz targets
fuzzer_names() {
	target_names | sed 's/$/_fuzzer/'
}

# target_names: the first column of targets.def
target_names() {
	sed -n 's/^TARGET(\([a-z0-9_]*\),.*/\1/p' "$root/targets/targets.def"
}

# has_programs FOLDER: is any file in it that 'pcpufuzz run FOLDER' would run
has_programs() {
	[[ -d $1 && -n $(find "$1" -type f ! -name '.*' ! -name '*.md' ! -name '*.txt' \
		! -name '*.xz' ! -name '*.json' ! -name '*.c' ! -name '*.patch' -print -quit) ]]
}
