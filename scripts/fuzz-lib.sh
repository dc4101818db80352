# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fuzz-lib.sh - the work of scripts/fuzz: a supervisor, and below it a group of jobs for each
# subject; minimising the corpus, the log, and what happens when the disk is full.
#
# Sourced by scripts/fuzz, not run.  Every process dies with the one above it, and what it leaves is
# looked for at the next start, so any of them may be killed at any time.
#
#   top/config pid lock ended     options; the supervisor, while it holds the lock; why it ended
#   top/findings/                 what was found, see scripts/triage
#   top/fuzz.jsonl                the log
#   top/state/GROUP               how its jobs are, replaced each two seconds
#   top/reserve                   room that is given back when the disk is full, to file what is left
#   top/GROUP/                    work of engines-lib.sh
# shellcheck disable=SC2154,SC2094 # the variables of scripts/fuzz and engines-lib.sh

reserve_mb=16
log_every=10
minimise_every=3600
shards_max=400 # files of statistics before they are added up

# room_mb: what the disk has left
room_mb() {
	df --output=avail -BM "$top" | tail -n 1 | tr -dc '0-9'
}

is_full() {
	(($(room_mb) < keep_free))
}

# ---- the supervisor ----

supervise() {
	local -A pids=()
	local name status worst=0 need

	exec 9>"$top/lock"
	flock -n 9 || exit 2
	echo $$ >"$top/pid"
	need=$keep_free
	[[ -e $top/reserve ]] || need=$((need + reserve_mb))
	if (($(room_mb) < need)); then
		echo "no room on the disk: $(room_mb) MB, expected $need" >"$top/ended"
		event no-room room "$(room_mb)"
		exit 2
	fi
	[[ -e $top/reserve ]] || head -c "${reserve_mb}M" /dev/zero >"$top/reserve"
	event start subjects "${groups[*]}" engine "$engine" jobs "$all_jobs" commit "$(git_commit)"
	stop=
	trap 'stop=1' INT TERM HUP
	for name in "${groups[@]}"; do
		setpriv --pdeathsig KILL "$0" group "$name" --work "$top" 9>&- &
		pids[$name]=$!
	done
	while ((${#pids[@]})); do
		sleep 0.3 || true
		for name in "${!pids[@]}"; do
			[[ -z $stop ]] || kill -TERM "${pids[$name]}" 2>/dev/null || true
			! kill -0 "${pids[$name]}" 2>/dev/null || continue
			status=0
			wait "${pids[$name]}" || status=$?
			unset "pids[$name]"
			((status <= worst)) || worst=$status
			((status == 0)) || stop=1
		done
	done
	case $worst in
	0) why="stopped" ;;
	3) why="no room on the disk, $keep_free MB are to stay free; nothing that was found is lost" ;;
	4) why="jobs kept ending without a finding, see the logs" ;;
	*) why="a group ended with $worst, see supervisor.log: $(tail -n 1 "$top/supervisor.log")" ;;
	esac
	[[ $stop || $worst != 0 ]] || why="the time is over"
	echo "$why" >"$top/ended.new" && mv "$top/ended.new" "$top/ended"
	event end why "$why"
	rm -f "$top/pid"
	((worst == 0))
}

# ---- a group: one subject ----

# add_finding TARGET KEY FILE LINE...: for engines-lib.sh; what has no input
add_finding() {
	event job-trouble target "$1" what "$2" file "$3" text "${*:4}"
	trouble=$((trouble + 1))
}

# filed WHAT TARGET NAME: for engines-lib.sh
filed() {
	case $1 in
	failed) event triage-failed target "$2" text "$3" ;;
	*) event "finding-$1" target "$2" finding "$3" ;;
	esac
	[[ $1 != again ]] || echo "$3" >>"$work/again" # what ended its process all the same
}

# fold_stats: the statistics of processes that have ended, added up in one file
fold_stats() {
	local i file
	local -A live=()
	local -a old=() sum=()

	for ((i = 0; i < jobs; i++)); do
		[[ -z ${job_pid[i]:-} ]] || live[${job_stats[i]}]=1
	done
	for file in "$work/stats"/*; do
		[[ $file != */total && -f $file ]] || continue
		[[ ${live[$file]:-} || ${live[${file%.*}]:-} ]] || old+=("$file")
	done
	((${#old[@]})) || return 0
	[[ ! -e $work/stats/total ]] || sum=("$work/stats/total")
	{
		# a kill between the two lines below: these are in the sum already
		echo "folded ${old[*]##*/}"
		awk '$1 != "folded" { n[$1] += $2 } END { for (k in n) printf "%s %.0f\n", k, n[k] }' \
			"${sum[@]}" "${old[@]}"
	} >"$work/stats-total.new"
	mv "$work/stats-total.new" "$work/stats/total"
	rm -f "${old[@]}"
	# the logs of processes that ended long ago, too
	find "$work/logs" -type f -printf '%T@ %p\n' | sort -rn | sed -e '1,300d' -e 's/^[^ ]* //' |
		tr '\n' '\0' | xargs -0 -r rm -f
}

# finish_fold: what a kill left of that
finish_fold() {
	local name

	[[ -s $work/stats/total ]] || return 0
	while read -r name; do
		rm -f "$work/stats/$name"
	done < <(sed -n 's/^folded //p' "$work/stats/total" | tr ' ' '\n')
}

# sum NAME: of all statistics; a pattern of awk
sum() {
	awk -v "name=$1" '$1 ~ name { n += $2 } END { printf "%.0f\n", n }' "$work/stats"/* 2>/dev/null ||
		echo 0
}

# minimise_corpus TARGET: keep what reaches all that all reach; what comes meanwhile stays
minimise_corpus() {
	local folder=$work/corpus/$1$tag small=$work/small all=$work/all before
	local -a old

	snapshot "$1" "$all"
	mapfile -t old < <(find "$all" -type f -printf '%f\n')
	((${#old[@]} > 1)) || return 0
	before=$(du -sm "$all" | cut -f 1)
	rm -rf "$small"
	mkdir "$small"
	ASAN_OPTIONS=symbolize=0:detect_leaks=0 \
		"${san[@]}" "build/fuzz/$1_fuzzer" -set_cover_merge=1 "${limits[@]}" \
		-artifact_prefix="$work/found/merge-$1-" "$small" "$all" \
		>"$work/logs/minimise-$1" 2>&1 </dev/null || {
		event job-trouble target "$1" what minimise-failed \
			text "$(tail -n 1 "$work/logs/minimise-$1")"
		return 0
	}
	[[ -n $(find "$small" -type f -print -quit) ]] || return 0
	for file in "${old[@]}"; do
		[[ -e $small/$file ]] || rm -f "$folder/$file"
	done
	event minimised target "$1" before "${#old[@]}" after "$(find "$folder" -type f | wc -l)" \
		before_mb "$before"
	rm -rf "$small" "$all"
	drop_largest "$1"
}

# drop_largest TARGET: if all that is needed for the edges is more than may be kept, the largest go
drop_largest() {
	local folder=$work/corpus/$1$tag dropped=0 file

	while IFS= read -r file; do
		rm -f "$file"
		dropped=$((dropped + 1))
	done < <(find "$folder" -type f -printf '%s %p\n' | sort -n |
		awk -v "max=$((corpus_max << 20))" '{ sum += $1 } sum > max { sub(/^[0-9]+ /, ""); print }')
	((dropped == 0)) || event dropped target "$1" number "$dropped"
}

minimiser=
next_minimise=0

# minimise_sometimes: in the background, each hour, and at once if the corpus is too large
minimise_sometimes() {
	local target
	local -a todo=()

	[[ -z $minimiser ]] || ! kill -0 "$minimiser" 2>/dev/null || return 0
	((next_minimise)) || next_minimise=$((EPOCHSECONDS + minimise_every))
	for target in "${run_targets[@]}"; do
		if ((EPOCHSECONDS >= next_minimise)) ||
			{ (($(du -sm "$work/corpus/$target$tag" | cut -f 1) > corpus_max)) &&
				((EPOCHSECONDS >= ${minimised_at[$target]:-0} + 300)); }; then
			todo+=("$target")
			minimised_at[$target]=$EPOCHSECONDS
		fi
	done
	((${#todo[@]})) || return 0
	((EPOCHSECONDS < next_minimise)) || next_minimise=$((EPOCHSECONDS + minimise_every))
	{
		for target in "${todo[@]}"; do
			minimise_corpus "$target"
		done
	} 9>&- &
	minimiser=$!
}
declare -A minimised_at=()

# write_state: what status prints; each LOG_EVERY seconds it goes into the log as well
write_state() {
	local i p o rate cov log=

	((EPOCHSECONDS < next_log)) || log=1
	{
		echo "time $EPOCHSECONDS"
		echo "engine $engine"
		echo "begun $begun"
		for ((i = 0; i < jobs; i++)); do
			p=0 o=0 rate=0 cov=0
			[[ -z ${job_pid[i]} ]] || read -r p o rate cov < <(numbers "$i")
			note_edges "$i" "$cov"
			((p == 0)) || rate=$((rate > 0 ? rate : p))
			echo "job $i ${job_target[i]} ${job_role[i]} $p $o $rate $cov" \
				"${best_at[${job_target[i]}]:-0}"
			[[ -z $log ]] || log_job "$i" "$p" "$o" "$rate" "$cov"
		done
		echo "programs $(sum '^programs$')"
		echo "ops $(sum '^ops$')"
		echo "known $(($(sum '^known[.]') + $(wc -l <"$work/again")))"
		echo "restarts $restarts"
		echo "killed $killed"
		echo "trouble $trouble"
		echo "intake $(find "$work/intake" -type f | wc -l)"
		echo "corpus $(find "$work/corpus" -type f | wc -l)"
	} >"$top/state/.$group.new" && mv "$top/state/.$group.new" "$top/state/$group"
	[[ -z $log ]] || next_log=$((EPOCHSECONDS + log_every))
}
next_log=0

prepare_group() {
	local target i number

	mkdir -p "$work"/{logs,stats,seeds,found,corpus,intake}
	touch "$work/again"
	finish_fold
	# numbers go on, so that the statistics of before stay
	started=$(find "$work/stats" -type f -name '*-[0-9]*' | sed 's/.*-\([0-9]*\).*/\1/' | sort -n | tail -n 1)
	started=${started:-0}
	for target in "${run_targets[@]}"; do
		mkdir -p "$work/corpus/$target$tag" "$work/intake/$target"
		rm -rf "$work/seeds/$target"
		mkdir -p "$work/seeds/$target"
		build/plain/pcpufuzz convert --bytes --target "$target" -o "$work/seeds/$target" corpus
		shared_seed[$target]=1
		timeout 10 build/plain/pcpufuzz run --target "$target" "${subject[@]}" \
			"$work/seeds/$target" >"$work/logs/seeds" 2>&1 ||
			event bad-seeds target "$target" number "$(bad_seeds "$target")"
	done
	number=${#groups[@]}
	i=$((all_jobs / number))
	case $engine in
	both) plan_jobs "$i" libfuzzer afl ;;
	*) plan_jobs "$i" "$engine" ;;
	esac
	prepare_filing
}

preparer=

# start_jobs: those of libFuzzer at once; AFL++'s when it is prepared, see start_prepared
start_jobs() {
	local i target

	write_state
	for ((i = 0; i < jobs; i++)); do
		[[ ${job_engine[i]} != libfuzzer ]] || start_job "$i"
	done
	[[ $engine != libfuzzer ]] || return 0
	{
		for target in "${run_targets[@]}"; do
			prepare_afl "$target"
		done
	} 9>&- &
	preparer=$!
}

# start_prepared: the jobs of AFL++, if it is prepared now
start_prepared() {
	local i

	[[ $preparer ]] && ! kill -0 "$preparer" 2>/dev/null || return 0
	wait "$preparer" || [[ $stop ]] || event job-trouble what prepare-afl
	preparer=
	for ((i = 0; i < jobs; i++)); do
		[[ ${job_engine[i]} != afl ]] || start_job "$i"
	done
}

# run_group SUBJECT: until told to stop, the time is over, or the disk is full
run_group() {
	local target i code=0

	group=${1//,/+}
	subjects=$1
	subject=()
	tag=
	run_targets=("${all_targets[@]}")
	[[ $wanted == all ]] || IFS=, read -ra run_targets <<<"$wanted"
	if [[ $1 == ours ]]; then
		subjects=
	else
		subject=(--subject "$1")
		tag=@$group
		export PCPUFUZZ_SUBJECT=$1
		mapfile -t run_targets < <(printf '%s\n' "${run_targets[@]}" | grep -vx pcpu_linux61)
	fi
	work=$top/$group
	store=$top/findings
	trouble=0
	# shellcheck source=scripts/engines-lib.sh
	. "$root/scripts/engines-lib.sh"
	prepare_sanitizers
	san=(setpriv --pdeathsig KILL "${san[@]}")
	prepare_group
	begun=$EPOCHSECONDS
	end=$((EPOCHSECONDS + (seconds ? seconds - $(time_done) : 315360000)))
	stop=
	trap 'stop=1' INT TERM HUP
	trap 'say_why $?' EXIT
	start_jobs
	go_on
	((no_start < 5)) || code=4
	finish_group
	[[ -z $is_over ]] || code=3
	exit "$code"
}

# time_done: seconds of fuzzing in earlier runs
time_done() {
	cat "$work/time-done" 2>/dev/null || echo 0
}
is_over=

# say_why STATUS: a group that an error of a command ended leaves a word in supervisor.log
say_why() {
	(($1 == 0 || $1 == 3 || $1 == 4)) ||
		echo "$group: ended with $1 after: $BASH_COMMAND (${FUNCNAME[*]:1})" >&2
}

# look_after: what need not be done at once: merging, minimising, filing, and writing down how it is
look_after() {
	local i

	if [[ -z $stop && -z $preparer ]]; then
		[[ $engine != both ]] || merge_sometimes
		minimise_sometimes
	fi
	for ((i = 0; i < jobs; i++)); do
		[[ ${job_role[i]} != main || -z ${job_pid[i]} ]] ||
			collect_afl "${job_target[i]}" running
	done
	file_intake
	note_known
	echo $((done_before + EPOCHSECONDS - begun)) >"$work/time-done.new" &&
		mv "$work/time-done.new" "$work/time-done"
	(($(find "$work/stats" -type f | wc -l) < shards_max)) || fold_stats
	write_state
}
next_look=0

go_on() {
	local i alive done_before

	done_before=$(time_done)
	while :; do
		sleep 0.5 || true
		if [[ -z $is_over ]] && is_full; then
			is_over=1
			stop=1
			rm -f "$top/reserve"
			event no-room room "$(room_mb)"
		fi
		((EPOCHSECONDS < end + 20)) || stop=1
		if [[ $stop ]]; then
			stop_jobs
			[[ -z $preparer ]] || kill "$preparer" 2>/dev/null || true
		fi
		((EPOCHSECONDS < end)) || stop_afl
		start_prepared
		alive=$preparer
		for ((i = 0; i < jobs; i++)); do
			[[ ${job_pid[i]} ]] || continue
			kill -0 "${job_pid[i]}" 2>/dev/null || end_job "$i"
			[[ -z ${job_pid[i]} ]] || alive=1
		done
		[[ $alive ]] || break
		if ((EPOCHSECONDS >= next_look)); then
			look_after
			next_look=$((EPOCHSECONDS + 2))
		fi
	done
}

# finish_group: nothing runs any more; file what is left
finish_group() {
	[[ -z $minimiser ]] || wait_for "$minimiser" || true
	[[ $engine == libfuzzer ]] || merge_finally
	file_finally
	fold_stats
	write_state
}

# ---- status ----

ago() {
	local s=$((EPOCHSECONDS - $1))

	if (($1 == 0)); then
		echo never
	elif ((s < 120)); then
		echo "$s s ago"
	elif ((s < 7200)); then
		echo "$((s / 60)) min ago"
	else
		echo "$((s / 3600)) h ago"
	fi
}

print_group() {
	local word rest i target role p o rate cov at
	local -A n=()

	while read -r word rest; do
		if [[ $word == job ]]; then
			read -r i target role p o rate cov at <<<"$rest"
			printf '  %-12s %-4s %-13s %-10s %9d %12d %7d  %s\n' "$(basename "$1")" "$i" \
				"$target" "$role" "$rate" $((p ? rate * o / p : 0)) "$cov" "$(ago "$at")"
		else
			n[$word]=$rest
		fi
	done <"$1"
	totals+=("$(printf '%s: %d programs, %d ops, corpus %d inputs, %d to be filed, %d times something known,
  %d restarts, %d jobs killed from outside, %d other troubles (see fuzz.jsonl)' "$(basename "$1")" \
		"${n[programs]:-0}" "${n[ops]:-0}" "${n[corpus]:-0}" "${n[intake]:-0}" "${n[known]:-0}" \
		"${n[restarts]:-0}" "${n[killed]:-0}" "${n[trouble]:-0}")")
	trouble_all=$((trouble_all + ${n[trouble]:-0}))
}

print_status() {
	local file status=0 how
	local -a totals=()
	local trouble_all=0

	if is_running; then
		how="running, process $(<"$top/pid")"
	elif [[ -s $top/ended ]]; then
		how="ended: $(<"$top/ended")"
	else
		how="died (killed, or the machine was switched off); scripts/fuzz resume goes on"
	fi
	echo "$shown: $how"
	printf '  %-12s %-4s %-13s %-10s %9s %12s %7s  %s\n' subject job target engine programs/s ops/s \
		edges 'last new edge'
	for file in "$top/state"/*; do
		[[ ! -f $file ]] || print_group "$file"
	done
	printf '%s\n' "${totals[@]}"
	scripts/triage --list --findings "$top/findings" || status=$?
	[[ $how == running* || $how == "ended: stopped" || $how == "ended: the time is over" ]] || exit 2
	((status == 0 && trouble_all == 0)) || exit 1
}
