#!/bin/sh
# `make demo`: real Seattle calls through the engine into a new log, and what can be asked of it then.
# $1 is the folder of the `triage` command.
set -eu
PATH=$1:$PATH
TRIAGE_LOG=demo/triage.db
export PATH TRIAGE_LOG

show() {
    printf '\n> %s\n' "$1"
    sh -c "$1"
}

rm -rf demo
mkdir -p demo/config
show "triage run config/seattle/demo/calls.csv"
show "triage explain 2023000032216 --at '2023-02-03 15:00'"
printf '\nThe same folder without the classifier, as a draft beside it: what would the rules alone do?\n'
cp -R config/common config/seattle demo/config
sed 's/^classifier: .*/classifier: none/' config/seattle/agency.yaml >demo/config/seattle/agency.yaml
show "triage shadow demo/config/seattle --disagreements 1"
show "triage run config/seattle/demo/calls.csv --agency demo/config/seattle --log demo/rules.db | sed -n 4,9p"
show "triage queue --at '2023-02-03 15:00' --log demo/rules.db"
cat <<END

What to type next (the log is demo/triage.db; \`make demo\` makes it anew)

  export TRIAGE_LOG=demo/triage.db PATH="$1:\$PATH"
  triage model show               what the classifier rests on, and what it must not be used for
  triage explain 2023000188058    a disturbance that needs two answers before the rules let a CSO go
  triage not-served               calls that a CSO could have had but none took
  triage verify                   every decision, computed again from the log
  triage --help                   all commands
END
