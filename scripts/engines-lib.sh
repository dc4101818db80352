# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# engines-lib.sh - jobs of fuzz engines: starting, watching, stopping and ending them, one corpus for
# all of them, and one place for what they find.
#
# Sourced after setup-lib.sh, not run.  The caller sets run_targets, work, store, seed, tag, subject
# and subjects, prepares san, and has add_finding for trouble that no input shows, and filed, which is
# told of each input that was.
#
# A job is a row of processes, one after the other: each ends at the end of the time, or with a
# finding if it is libFuzzer's and not filed yet.  AFL++ goes on behind its findings, which collect_afl
# takes.
#
#   work/corpus/TARGET  the corpus, to which libFuzzer adds, and merge_afl what AFL++ has found
#   work/seeds/TARGET   the programs of corpus/ as bytes
#   work/afl/TARGET     of AFL++: in, what it starts from; a folder for each of its jobs
#   work/found/         inputs as the engines write them
#   work/intake/TARGET/ inputs that are to be filed
#   work/known          keys that are filed, which end no job any more
#   work/jobs           targets of the jobs
#   store/              what is filed, see scripts/triage
# shellcheck disable=SC2154 # the variables of the caller

max_len=4096
# What a subject takes, the oracle counts.  After a finding that is known it may keep it, which is no leak;
# and to look for leaks takes a sixth of the time.
limits=("-max_len=$max_len" -timeout=10 -rss_limit_mb=2048 -detect_leaks=0)

declare -a job_pid=() job_log=() job_stats=() job_target=() job_engine=() job_role=()
# by target: may its jobs start from the programs in corpus/
declare -A shared_seed=()
jobs=0
started=0
restarts=0
killed=0
no_start=0
no_stats=0
idle=0
ended_programs=0
ended_ops=0
edges=0
stability=
stop=

# plan_jobs NUMBER ENGINE...: which engine each job is of, which target, and which role it has there
plan_jobs() {
	local -a engines=("${@:2}")
	local -A count=()
	local i target engine

	jobs=$1
	# one at least of each
	((jobs >= ${#run_targets[@]} * ${#engines[@]})) ||
		jobs=$((${#run_targets[@]} * ${#engines[@]}))
	for ((i = 0; i < jobs; i++)); do
		engine=${engines[i % ${#engines[@]}]}
		target=${run_targets[i / ${#engines[@]} % ${#run_targets[@]}]}
		job_pid[i]=
		job_engine[i]=$engine
		job_target[i]=$target
		job_role[i]=$engine
		if [[ $engine == afl ]]; then
			job_role[i]=$(afl_role "${count[$target]:-0}")
			count[$target]=$((${count[$target]:-0} + 1))
		fi
	done
}

# afl_role N: of the jobs of AFL++ of one target.  The first has the sanitizers, and as AFL++ shares
# what it finds, it runs all that is new to any; the others are three times as fast without.  Our
# mutator is used by all of them, AFL++'s own by each second one of the others.
afl_role() {
	if (($1 == 0)); then
		echo main
	elif (($1 % 2)); then
		echo plain
	else
		echo cmplog
	fi
}

# needed_afl_lanes: those of the jobs
needed_afl_lanes() {
	local role

	for role in "${job_role[@]}"; do
		case $role in
		main) echo afl ;;
		plain) echo afl-plain ;;
		cmplog) echo afl-plain afl-cmplog ;;
		esac
	done | tr ' ' '\n' | sort -u
}

# ---- starting and stopping ----

# wait_for PID: until that process has ended; its status.  A signal with a trap ends 'wait', and
# scripts/fuzz is sent one again and again until it has ended.
wait_for() {
	while kill -0 "$1" 2>/dev/null; do
		sleep 0.1 || true
	done
	wait "$1"
}

start_job() {
	local i=$1

	job_pid[i]=
	((end > EPOCHSECONDS)) && [[ -z $stop ]] || return 0
	job_log[i]=$work/logs/${job_target[i]}-$((++started)).log
	job_stats[i]=$work/stats/${job_target[i]}-$started
	if [[ ${job_engine[i]} == afl ]]; then
		start_afl "$i" "$started"
	else
		start_libfuzzer "$i" "$started"
	fi
}

start_libfuzzer() {
	local i=$1 n=$2 target=${job_target[$1]}
	local -a from=("$work/corpus/$target$tag")

	[[ -z ${shared_seed[$target]:-} ]] || from+=("$work/seeds/$target")
	ASAN_OPTIONS=detect_leaks=0 PCPUFUZZ_STATS=${job_stats[i]} "${san[@]}" "build/fuzz/${target}_fuzzer" -fork=0 \
		-seed=$(((seed + n - 1) % 2147483647 + 1)) -reload=1 -entropic=0 "${limits[@]}" \
		-max_total_time=$((end - EPOCHSECONDS)) -print_final_stats=1 \
		-artifact_prefix="$work/found/job$i-" "${from[@]}" >"${job_log[i]}" 2>&1 </dev/null 8>&- &
	job_pid[i]=$!
}

# What AFL++ is not to ask of the machine, and how it is to do here.  prepare_afl has run all of what
# it starts from.  A new input is as short as it was made, so trimming is not worth its time.
afl_env=(AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1
	AFL_NO_CRASH_README=1 AFL_AUTORESUME=1 AFL_NO_STARTUP_CALIBRATION=1 AFL_FAST_CAL=1
	AFL_DISABLE_TRIM=1 AFL_SYNC_TIME=1 "AFL_INPUT_LEN_MAX=$max_len"
	ASAN_OPTIONS=abort_on_error=1:symbolize=0:detect_leaks=0:max_allocation_size_mb=2048
	UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1:symbolize=0)

start_afl() {
	local i=$1 n=$2 target=${job_target[$1]} role=${job_role[$1]}
	local out=$work/afl/$target$tag lane=afl-plain
	local -a how env=("${afl_env[@]}" "PCPUFUZZ_TARGET=$target" "PCPUFUZZ_STATS=${job_stats[i]}.%p"
		"AFL_CUSTOM_MUTATOR_LIBRARY=$root/build/plain/libpcpufuzz-afl-mutator.so")

	case $role in
	main)
		lane=afl
		# new files of the corpus are read each half minute
		how=(-M main -F "$work/corpus/$target$tag")
		;;
	plain) how=(-S "job$i" -m 2048) ;;
	cmplog) how=(-S "job$i" -m 2048 -c "build/afl-cmplog/${target}_fuzzer") ;;
	esac
	[[ $role == cmplog ]] || env+=(AFL_CUSTOM_MUTATOR_ONLY=1)
	env "${env[@]}" "${san[@]}" afl-fuzz -i "$out/in" -o "$out" "${how[@]}" -t 10000 \
		-s "$((seed + n))" -- "build/$lane/${target}_fuzzer" \
		>"${job_log[i]}" 2>&1 </dev/null 8>&- &
	job_pid[i]=$!
}

# afl_folder JOB: where its queue and its crashes are
afl_folder() {
	local name=job$1

	[[ ${job_role[$1]} != main ]] || name=main
	echo "$work/afl/${job_target[$1]}$tag/$name"
}

# prepare_afl TARGET: file and merge what a run that was killed left, then lay out what to start from:
# of all inputs as few as reach what all do, none of which crashes
prepare_afl() {
	local target=$1 out=$work/afl/$1$tag file
	local -a from=("$out/known")

	if [[ -d $out ]]; then
		collect_afl "$target"
		merge_afl "$target"
		rm -rf "$out"
	fi
	mkdir -p "$out/in"
	[[ -z ${shared_seed[$target]:-} ]] || from+=("$work/seeds/$target")
	snapshot "$target" "$out/known"
	# one that takes a second here is a hang; there may be many, each of which takes its time twice
	merge "$target" -set_cover_merge=1 -timeout=1 "$out/in" "${from[@]}" >/dev/null
	rm -rf "$out/known"
	printf '\0' >"$out/in/blank" # AFL++ wants one at least
	while IFS= read -r file; do
		drop_input "$target" "${file##*-}"
		keep_crash "$target" "$file"
	done < <(merge_crashes "$target")
}

# stop_afl: it has an option for the time, which does not count what it takes to start
stop_afl() {
	local i

	for ((i = 0; i < jobs; i++)); do
		[[ -z ${job_pid[i]:-} || ${job_engine[i]} != afl ]] ||
			kill "${job_pid[i]}" 2>/dev/null || true
	done
}

stop_jobs() {
	local i

	for ((i = 0; i < jobs; i++)); do
		[[ -z ${job_pid[i]:-} ]] || kill "${job_pid[i]}" 2>/dev/null || true
	done
}

# ---- watching ----

# numbers JOB: programs, ops, programs per second and edges of its process so far
numbers() {
	if [[ ${job_engine[$1]} == afl ]]; then
		numbers_afl "$1"
	else
		numbers_libfuzzer "$1"
	fi
}

# Without statistics the ops are estimated from the average length of the inputs in the corpus.
numbers_libfuzzer() {
	{
		cat "${job_stats[$1]}" 2>/dev/null || true
		grep -aE '^#[0-9]|^stat::number_of_executed_units' "${job_log[$1]}" | tail -n 3
	} | awk '
	/^programs / { p = $2 }
	/^ops / { o = $2 }
	/^stat::/ { seen = $2 }
	/^#/ {
		seen = substr($1, 2)
		for (i = 2; i < NF; i++) {
			if ($i == "cov:") cov = $(i + 1)
			if ($i == "exec/s:") rate = $(i + 1)
			if ($i == "corp:" && split($(i + 1), part, "/") == 2 && part[1] > 0) {
				unit = part[2] ~ /Mb/ ? 1048576 : part[2] ~ /Kb/ ? 1024 : 1
				average = (part[2] * unit / part[1] - 32) / 12
			}
		}
	}
	END {
		if (average < 0) average = 0
		if (p > 0) average = o / p
		if (seen < p) seen = p
		printf "%.0f %.0f %.0f %.0f\n", seen, seen * average, rate, cov
	}'
}

# AFL++ runs a new process after each crash, so there are several statistics.
numbers_afl() {
	local folder

	folder=$(afl_folder "$1")
	{
		cat "${job_stats[$1]}".* 2>/dev/null || true
		tail -n 1 "$folder/plot_data" 2>/dev/null || true
		cat "$folder/fuzzer_stats" 2>/dev/null || true
	} | awk '
	/^programs / { p += $2 }
	/^ops / { o += $2 }
	/^[0-9]+, / {
		split($0, column, ", ")
		rate = column[11]
		if (seen < column[12] + 0) seen = column[12] + 0
		if (cov < column[13] + 0) cov = column[13] + 0
	}
	$1 == "execs_done" && seen < $3 + 0 { seen = $3 + 0 }
	$1 == "edges_found" && cov < $3 + 0 { cov = $3 + 0 }
	END {
		if (seen < p) seen = p
		printf "%.0f %.0f %.0f %.0f\n", seen, p ? seen * (o / p) : 0, rate, cov
	}'
}

declare -A best=() best_at=()

# note_edges JOB EDGES: best and best_at have the most that any job of its target reached, and when
note_edges() {
	local target=${job_target[$1]}

	(($2 > ${best[$target]:-0})) || return 0
	best[$target]=$2
	best_at[$target]=$EPOCHSECONDS
}

# log_job JOB PROGRAMS OPS PROGRAMS_PER_S EDGES: a line of the log, see events-lib.sh
log_job() {
	event job job "$1" target "${job_target[$1]}" role "${job_role[$1]}" programs "$2" ops "$3" \
		programs_per_s "$4" ops_per_s $(($2 ? $4 * $3 / $2 : 0)) edges "$5" \
		last_edge "${best_at[${job_target[$1]}]:-0}"
}

# note_stability: the lowest that a job of AFL++ has, in percent; nothing if none has said yet
note_stability() {
	# shellcheck disable=SC2034 # for the caller
	stability=$(
		for ((i = 0; i < jobs; i++)); do
			[[ ${job_engine[i]} != afl ]] ||
				sed -n 's/^stability *: *\([0-9.]*\)%.*/\1/p' \
					"$(afl_folder "$i")/fuzzer_stats" 2>/dev/null || true
		done | sort -n | head -n 1
	)
}

# ---- what was found ----

# keep_crash TARGET ARTIFACT [LOG]: put it where triage takes it from, with what the engine said
keep_crash() {
	local target=$1 artifact=$2 log=${3:-} name

	name=$(basename "$artifact")
	mkdir -p "$work/intake/$target"
	[[ -z $log ]] || tail -n 400 "$log" >"$work/logs/of-$name" 2>/dev/null || true
	mv "$artifact" "$work/intake/$target/$name"
}

# collect_afl TARGET [running]: take what its jobs of AFL++ found since the last time
collect_afl() {
	local target=$1 out=$work/afl/$1$tag file name
	local -a written=()

	# what is a second old is not being written any more
	[[ -z ${2:-} ]] || written=(! -newermt '1 second ago')
	while IFS= read -r file; do
		# with names of their own, out of the way of the next process of the job
		name=$(basename "$file")
		name=$work/found/afl-$target$tag-$EPOCHSECONDS-$((++collected))-${name%%,src:*}
		mv "$file" "$name"
		keep_crash "$target" "$name"
	done < <(find "$out"/*/ -type f \( -path '*/crashes*/id:*' -o -path '*/hangs*/id:*' \) \
		"${written[@]}" 2>/dev/null | sort)
}
collected=0

# sweep: inputs that a run left when it was killed
sweep() {
	local file name target

	for file in "$work/found"/*; do
		[[ -f $file ]] || continue
		name=$(basename "$file")
		case $name in
		afl-* | merge-*) target=$(target_in "${name#*-}") ;;
		*) target=$(sed -n "s/^${name%%-*} //p" "$work/jobs" 2>/dev/null | head -n 1) ;;
		esac
		keep_crash "${target:-${run_targets[0]}}" "$file"
	done
}

# target_in NAME: the target that a name begins with
target_in() {
	local target

	for target in "${run_targets[@]}"; do
		if [[ $1 == "$target"[@-]* ]]; then
			echo "$target"
		fi
	done | tail -n 1
}

# bad_seeds TARGET: run each program of corpus/ alone; those that show anything are no seeds, and of
# each kind a few are filed: they are not lost, and there may be hundreds.  Says how many.
bad_seeds() {
	local target=$1 status key file bad=0
	local -A kinds=()

	# shellcheck disable=SC2016 # for the shell that xargs runs
	while read -r status key file; do
		((status == 0 || status == 2)) && continue # 2: no subject can be such a machine
		bad=$((bad + 1))
		kinds[$status $key]=$((${kinds[$status $key]:-0} + 1))
		if ((${kinds[$status $key]} <= (${#key} > 1 ? 1 : 3))); then
			keep_crash "$target" "$file"
		else
			rm -f "$file"
		fi
	done < <(find "$work/seeds/$target" -type f -print0 | sort -z |
		xargs -0 -n 1 -P "$(nproc)" bash -c '
		out=$(timeout 2 "${@:1:$#-1}" "${@: -1}" 2>&1) && status=0 || status=$?
		key=$(sed -n "s/^ASSERTION FAILED: .*FuzzerHash=//p" <<<"$out" | tail -n 1)
		echo "$status ${key:--} ${@: -1}"' run build/plain/pcpufuzz run --target "$target" \
		"${subject[@]}" 2>/dev/null)
	echo "$bad"
}

# ---- filing ----

triage_seconds=30 # to make one small
triager=

# triage ARGUMENT...: for this subject, with its lines in logs/triage
triage() {
	setpriv --pdeathsig KILL scripts/triage --no-setup --no-build --findings "$store" \
		--subject "${subjects:-ours}" "$@" >"$work/logs/triage" 2>&1 </dev/null
}

# prepare_filing: what a run left that was killed; of what is filed, what shows nothing any more is
# put away, so that it is a finding if it comes again
prepare_filing() {
	local i status=0 what name

	sweep
	for ((i = 0; i < jobs; i++)); do
		echo "job$i ${job_target[i]}"
	done >"$work/jobs"
	triage --recheck || status=$?
	while IFS=: read -r what _ name; do
		[[ $what != fixed ]] || filed fixed "" "$(basename "$name")"
	done <"$work/logs/triage"
	((status < 2)) || die "scripts/triage --recheck: $(tail -n 1 "$work/logs/triage")"
	: >>"$work/known"
	note_known
	export PCPUFUZZ_KNOWN=$work/known
}

# file_intake: in the background, if there is anything
file_intake() {
	[[ -z $triager ]] || ! kill -0 "$triager" 2>/dev/null || return 0
	if [[ $triager ]]; then
		wait "$triager" || true
		triager=
	fi
	[[ -n $(find "$work/intake" -type f -print -quit) ]] || return 0
	file_all 8>&- 9>&- &
	triager=$!
}

# file_all: run triage on all there is, target by target
file_all() {
	local target status what name
	local -a inputs

	for target in "${run_targets[@]}"; do
		mapfile -t inputs < <(find "$work/intake/$target" -type f 2>/dev/null |
			sort -t - -k 2 | head -n 20) # crashes before hangs, which take long
		((${#inputs[@]})) || continue
		status=0
		triage --take --target "$target" --logs "$work/logs" --min-time "$triage_seconds" \
			"${inputs[@]}" || status=$?
		while IFS=: read -r what _ name; do
			[[ $what == @(new|again|not reproduced) ]] || continue
			filed "${what// /-}" "$target" "$(basename "$name")"
		done <"$work/logs/triage"
		((status < 2)) || filed failed "$target" "$(tail -n 1 "$work/logs/triage")"
	done
}

# file_finally: nothing runs any more; file what is left, until none goes away any more
file_finally() {
	local left=-1

	[[ -z $triager ]] || wait_for "$triager" || true
	sweep
	while [[ $(find "$work/intake" -type f | wc -l) != "$left" ]]; do
		left=$(find "$work/intake" -type f | wc -l)
		((left == 0)) || file_all
	done
	note_known
}

# note_known: keys of this subject that are filed
note_known() {
	local info name

	for info in "$store"/*/info.json; do
		[[ -e $info ]] || continue
		name=${info%/info.json}
		name=${name##*/}
		case $tag/$name in
		/*@*) ;;
		/*) echo "$name" ;;
		@*/*"@$subjects") echo "${name%@*}" ;;
		esac
	done >"$work/known.new"
	cmp -s "$work/known.new" "$work/known" || mv "$work/known.new" "$work/known"
}

# A program that crashes on loading must not end every job to come.
drop_input() {
	local target=$1 hash=$2 file

	for file in "$work/corpus/$target$tag/$hash" "$work/seeds/$target"/*; do
		[[ -e $file ]] || continue
		[[ $(sha1sum <"$file") != "$hash"* ]] || rm -f "$file"
	done
}

# why_ended JOB: the last words of a process that should not have ended
why_ended() {
	{
		grep -aE 'PROGRAM ABORT|SYSTEM ERROR|OS message' "${job_log[$1]}" || tail -n 3 "${job_log[$1]}"
	} | sed -e 's/\x1b\[[0-9;?]*[a-zA-Z]//g' -e 's/\x1b[()].//g' | tail -n 3
}

# end_job JOB: its process has ended; file what it found and go on
end_job() {
	local i=$1 target=${job_target[$1]} status=0 p o _rate cov

	wait "${job_pid[i]}" || status=$?
	read -r p o _rate cov < <(numbers "$i")
	ended_programs=$((ended_programs + p))
	ended_ops=$((ended_ops + o))
	((cov <= edges)) || edges=$cov
	job_pid[i]=
	[[ ${job_engine[i]} != afl ]] || end_of_afl "$i"
	if [[ ${job_engine[i]} == libfuzzer ]] && end_of_libfuzzer "$i"; then
		: # a finding
	elif [[ $stop ]] || { ((status == 0 && p > 0)) && ! ended_early "$i"; }; then
		return 0
	elif [[ ${job_engine[i]} == afl ]] && ((EPOCHSECONDS >= end)) &&
		((status == 0 || status == 128 + 15)); then
		idle=$((idle + 1)) # it took all the time to start
		return 0
	elif ((status == 128 + 9 || status == 128 + 15 || status == 72 || (status == 0 && p > 0))); then
		killed=$((killed + 1))
	else
		no_start=$((no_start + 1))
		add_finding "$target" "exit-$status" "${job_log[i]}" "$(why_ended "$i")" \
			"no input was saved"
		((no_start < 5)) || stop=1
	fi
	restarts=$((restarts + 1))
	if ((restarts > 20 && restarts % 5 == 0)) && [[ ${shared_seed[$target]:-} ]] &&
		[[ ${job_engine[i]} == libfuzzer ]] && ! has_loaded "$i"; then
		shared_seed[$target]= # every start finds the same in a seed
	fi
	start_job "$i"
}

# ended_early JOB: AFL++ ends with 0 when a signal tells it to, as stop_afl does at the end only
ended_early() {
	[[ ${job_engine[$1]} == afl ]] && ((EPOCHSECONDS < end))
}

# has_loaded JOB: libFuzzer has run all inputs that were there
has_loaded() {
	grep -q '^#[0-9]*[[:space:]]INITED' "${job_log[$1]}"
}

# end_of_libfuzzer JOB: did it end with a finding
end_of_libfuzzer() {
	local i=$1 target=${job_target[$1]} artifact

	[[ -s ${job_stats[i]} ]] || no_stats=$((no_stats + 1))
	artifact=$(sed -n 's/^.*Test unit written to \(.*\)$/\1/p' "${job_log[i]}" | tail -n 1)
	[[ -n $artifact && -e $artifact && $artifact != *slow-unit-* ]] || return 1
	keep_crash "$target" "$artifact" "${job_log[i]}"
	has_loaded "$i" || drop_input "$target" "${artifact##*-}"
}

# end_of_afl JOB: what it found did not end it
end_of_afl() {
	compgen -G "${job_stats[$1]}.*" >/dev/null || no_stats=$((no_stats + 1))
	collect_afl "${job_target[$1]}"
}

# ---- one corpus ----

# merge_afl TARGET: add to the corpus what AFL++ queued since the last time, if it reaches anything
# new.  AFL++ itself looks for what libFuzzer added.  May run beside the jobs.
merge_afl() {
	local target=$1 out=$work/afl/$1$tag file n=0
	local -a since=() queued

	[[ ! -e $out/merged ]] || since=(-newer "$out/merged")
	touch "$out/merging"
	mapfile -t queued < <(find "$out"/*/queue -maxdepth 1 -type f -name 'id:*' ! -name '*,orig:*' \
		! -name '*,sync:*' "${since[@]}" 2>/dev/null)
	mv "$out/merging" "$out/merged"
	((${#queued[@]})) || return 0
	rm -rf "$out/new"
	mkdir "$out/new"
	for file in "${queued[@]}"; do
		cp "$file" "$out/new/$((++n))"
	done
	snapshot "$target" "$out/known"
	touch "$out/merging"
	merge "$target" -merge=1 "$out/known" "$out/new" >>"$work/logs/merged"
	find "$out/known" -type f -newer "$out/merging" -exec cp -n -t "$work/corpus/$target$tag" {} +
	rm -rf "$out/known" "$out/merging"
}

# snapshot TARGET FOLDER: the corpus as it is now; libFuzzer's jobs put away inputs of it at any time, on
# which a merge would end
snapshot() {
	rm -rf "$2"
	mkdir -p "$2"
	find "$work/corpus/$1$tag" -type f -exec cp -l -t "$2" {} + 2>/dev/null ||
		find "$work/corpus/$1$tag" -type f -exec cp -n -t "$2" {} + 2>/dev/null || true
}

# merge TARGET HOW INTO FOLDER...: with libFuzzer, which survives what crashes; says how many files
# it added to INTO
merge() {
	local target=$1 way=$2 merge_log=$work/logs/merge-$1.log

	shift 2
	# nobody reads the stacks of what crashes, and each takes a second
	ASAN_OPTIONS=symbolize=0:detect_leaks=0 UBSAN_OPTIONS=symbolize=0 \
		"${san[@]}" "build/fuzz/${target}_fuzzer" "$way" "${limits[@]}" \
		-artifact_prefix="$work/found/merge-$target-" "$@" >"$merge_log" 2>&1 </dev/null 8>&- ||
		cp "$merge_log" "$work/logs/merge-failed-$target"
	sed -n 's/.*MERGE-OUTER: \([0-9]*\) new files with .* added.*/\1/p' "$merge_log"
}

# merge_crashes TARGET: files with what crashed in its merges
merge_crashes() {
	compgen -G "$work/found/merge-$1-*-*" || true
}

# merge_all: as above, of all targets that AFL++ runs on
merge_all() {
	local target

	for target in "${run_targets[@]}"; do
		[[ ! -d $work/afl/$target$tag ]] || merge_afl "$target"
	done
}

merger=

# merge_sometimes: in the background, once each 15 seconds
merge_sometimes() {
	((EPOCHSECONDS >= next_merge)) || return 0
	[[ -z $merger ]] || ! kill -0 "$merger" 2>/dev/null || return 0
	[[ -z $merger ]] || wait "$merger" || true
	merge_all &
	merger=$!
	next_merge=$((EPOCHSECONDS + 15))
}
next_merge=0

# merge_finally: when all jobs have ended; what crashed in a merge is swept up later
merge_finally() {
	local target failed

	[[ -z $merger ]] || wait_for "$merger" || true
	merge_all
	((ended_programs)) ||
		add_finding "${run_targets[0]}" nothing-ran "${job_log[0]}" \
			"no job ran any program in that time"
	for target in "${run_targets[@]}"; do
		failed=$work/logs/merge-failed-$target
		[[ ! -s $failed ]] ||
			add_finding "$target" merge-failed "$failed" "$(tail -n 3 "$failed")"
	done
}

# count_merged: inputs that AFL++ gave to the corpus
count_merged() {
	awk '{ n += $1 } END { print n + 0 }' "$work/logs/merged" 2>/dev/null || echo 0
}

# count_imported: inputs that AFL++ took from the corpus; those of its own jobs are named after these
count_imported() {
	local target

	for target in "${run_targets[@]}"; do
		compgen -G "$work/afl/$target$tag/main/queue/id:*,sync:*" || true
	done | grep -vc ',sync:job[0-9]' || true
}
