#!/usr/bin/env bash
# Checks a scenario, runs it, compares the result with a baseline, and tells the workflow what came of
# it. What action.yml calls inputs comes in variables, so that nothing in it is read as a command.
set -euo pipefail

limitlab=${LIMITLAB:-$HOME/.cache/limitlab/limitlab}
scenario=${SCENARIO:-}
name=${scenario##*/}
out=${OUT:-results/${name%.*}}

# Ends the step with an exit code, and says which and where the results are.
finish() {
  local code=$1 results=$2 verdict=impossible
  case $code in
    0) verdict=passed ;;
    2) verdict=wrong ;;
    3) verdict=regressed ;;
    5) verdict=inconclusive ;;
    99) verdict=failed ;;
    130) verdict=interrupted ;;
  esac
  {
    printf 'verdict=%s\n' "$verdict"
    printf 'exit-code=%d\n' "$code"
    printf 'results=%s\n' "$results"
  } >>"${GITHUB_OUTPUT:-/dev/null}"
  exit "$code"
}

if [ -z "$scenario" ]; then
  echo 'error: no scenario is named' >&2
  finish 2 ''
fi
# A line break would end an output, and begin another one.
if [[ $scenario$out = *$'\n'* ]]; then
  echo 'error: a path has a line break in it' >&2
  finish 2 ''
fi
case ${STRICT:-false} in
  true | false) ;;
  *)
    echo "error: strict is true or false, not $STRICT" >&2
    finish 2 ''
    ;;
esac

overrides=()
while IFS= read -r line; do
  line=${line#"${line%%[![:space:]]*}"}
  line=${line%"${line##*[![:space:]]}"}
  [ -z "$line" ] || overrides+=("--set=$line")
done <<<"${SET:-}"
[ -z "${SEED:-}" ] || overrides+=("--seed=$SEED")
strict=()
[ "${STRICT:-false}" = false ] || strict=(--strict)

code=0
"$limitlab" check ${overrides[@]+"${overrides[@]}"} -- "$scenario" || code=$?
[ "$code" -eq 0 ] || finish "$code" ''

"$limitlab" run ${overrides[@]+"${overrides[@]}"} ${strict[@]+"${strict[@]}"} \
  --junit --markdown "--out=$out" -- "$scenario" || code=$?
case $code in
  0 | 5 | 99) ;;
  130) finish 130 "$out" ;;
  *) finish "$code" '' ;;
esac

if [ -n "${BASELINE:-}" ]; then
  compared=0
  compare=("$limitlab" compare "--baseline=$BASELINE" "--min-effect=${MIN_EFFECT:-1%}")
  "${compare[@]}" --format markdown "--out=$out/compare.md" -- "$out" || compared=$?
  case $compared in
    0 | 3)
      "${compare[@]}" --quiet --format junit "--out=$out/compare.xml" -- "$out" || true
      if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
        { printf '\n' && cat <"$out/compare.md"; } >>"$GITHUB_STEP_SUMMARY"
      fi
      ;;
    # Without a comparison nothing was said about it, whatever thresholds say.
    *) finish "$compared" "$out" ;;
  esac
  # Of several the first of 99, 3, 5 counts.
  if [ "$compared" -eq 3 ] && [ "$code" -ne 99 ]; then
    code=3
  fi
fi
finish "$code" "$out"
