#!/usr/bin/env bash
# The tags of strategies from a shell, as with Docker: asks before it changes anything. Needs bash and curl only.
set -euo pipefail
# bytes: percent-encoding and the patterns below speak of them
export LC_ALL=C

api=${MELTICA_API:-http://127.0.0.1:8880}
api=${api%/}
refresh=${REFRESH:-true}
allow_orphan=${ALLOW_ORPHAN:-false}
yes=false
message=
body= # what the gateway answered last
# a proxy leads to other machines, and not back to this one
no_proxy=${no_proxy-${NO_PROXY-}}
[[ $no_proxy == '*' ]] || no_proxy=${no_proxy:+$no_proxy,}localhost,127.0.0.1,::1,0.0.0.0,::
export no_proxy

usage() {
  printf '%s\n' \
    'Usage: strategy-tags.sh [-y] [-m TEXT] COMMAND' \
    '' \
    'Commands' \
    '  list NAME                  the tags of a strategy and the hashes they name' \
    '  assign NAME TAG HASH       make a tag name the revision HASH' \
    '  delete NAME TAG            delete a tag; its revision stays' \
    '  promote NAME TAG|HASH      make latest name the same revision' \
    '  history NAME TAG           where a tag has been, newest first' \
    '  rollback NAME TAG [HASH]   move a tag back to what it named before, or to HASH' \
    '' \
    'Options' \
    '  -y, --yes            change without asking' \
    '  -m, --message TEXT   why, for the history of the tag' \
    '' \
    'Environment' \
    '  MELTICA_API         the gateway (default http://127.0.0.1:8880)' \
    '  MELTICA_TOKEN       sent along as a bearer token' \
    '  REFRESH=false       leave the instances that follow a tag where they are' \
    '  ALLOW_ORPHAN=true   delete a tag even when it is the last selector of its revision' \
    '' \
    'Examples' \
    '  strategy-tags.sh assign grid prod sha256:960b2c1a4f7d' \
    '  REFRESH=false strategy-tags.sh --yes rollback grid prod'
}

# fail MESSAGE [HINT [STATUS]]
fail() {
  printf 'error: %s\n' "$1" >&2
  [[ -z ${2-} ]] || printf 'hint: %s\n' "$2" >&2
  exit "${3:-1}"
}

# call METHOD PATH [JSON]: the answer is in $body then. A refusal ends the script with the gateway's own words.
call() {
  local answer status
  local -a options=(--silent --show-error --globoff --request "$1" --write-out '\n%{http_code}')
  [[ $# -lt 3 ]] || options+=(--header 'Content-Type: application/json' --data-binary "$3")
  # a header on the command line would show the token to everyone on the machine
  answer=$(curl "${options[@]}" --header @<(authorization) "$api$2" 2>&1) || unanswered $? "$answer"
  status=${answer##*$'\n'}
  body=${answer%$'\n'*}
  [[ $status != 2?? ]] || return 0
  [[ -n $(field error) ]] || fail "$api answered $1 $2 with $status" 'set MELTICA_API to the address of a gateway'
  # the message and the hint are those of the refusal itself, not of something that it lists
  body=${body##*\"status\":\"error\"}
  fail "$(field message)" "$(field hint)"
}

# unanswered STATUS TEXT: curl's.
unanswered() {
  local reason=${2%%$'\n'*}
  [[ $1 != 60 ]] || fail "the certificate of $api is not trusted: $reason" 'name a file with it in CURL_CA_BUNDLE'
  fail "no gateway answers at $api: $reason" 'start one with meltica serve, or set MELTICA_API to its address'
}

# module NAME: the strategy is in $body then, whether or not it has a latest.
module() {
  call GET "/strategies/modules?strategy=$(encode "$1")"
  # one that is not there is left to the gateway to refuse
  [[ $body == *'"tagAliases":'* ]] || call GET "$(path "$1")"
}

authorization() {
  [[ -z ${MELTICA_TOKEN-} ]] || printf 'Authorization: Bearer %s\n' "$MELTICA_TOKEN"
}

# field NAME: the first text of that name in $body; nothing when there is none.
field() {
  local text='"(([^"\\]|\\.)*)"'
  [[ $body =~ \"$1\":$text ]] || return 0
  plain "${BASH_REMATCH[1]}"
}

# plain TEXT: a JSON string without its escapes, fit for a terminal.
plain() {
  local text quote='"'
  printf -v text '%b' "${1//\\$quote/$quote}"
  printf '%s' "${text//[[:cntrl:]]/ }"
}

# hash_of TAG: what it names in the module of $body is in $hash then; nothing when there is no such tag.
hash_of() {
  tags
  [[ $tags =~ (^|,)\""$1"\":\"([^\"]*)\" ]] || return 0
  hash=${BASH_REMATCH[2]}
}

# The tags in the module of $body are in $tags then, as JSON pairs.
tags() {
  hash=
  tags=
  [[ $body =~ \"tagAliases\":\{([^}]*)\} ]] || return 0
  tags=${BASH_REMATCH[1]}
}

# path PART...: that of a strategy and what belongs to it, percent-encoded.
path() {
  local part
  printf '/strategies/modules'
  for part; do printf '/%s' "$(encode "$part")"; done
}

encode() {
  local i byte code
  for ((i = 0; i < ${#1}; i++)); do
    byte=${1:i:1}
    case $byte in
      [a-zA-Z0-9._~-]) printf '%s' "$byte" ;;
      *) printf -v code '%d' "'$byte" && printf '%%%02X' "$((code & 255))" ;;
    esac
  done
}

# json TEXT: as a JSON string.
json() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  printf '"%s"' "${text//[[:cntrl:]]/ }"
}

# The end of the body of a move.
with_options() {
  printf '"refresh":%s' "$refresh"
  [[ -z $message ]] || printf ',"message":%s' "$(json "$message")"
}

confirm() {
  local reply=
  $yes && return
  printf '%s [y/N] ' "$1" >&2
  read -r reply || printf '\n' >&2
  case $reply in
    [yY] | [yY][eE][sS]) ;;
    *) printf 'aborted\n' && exit 1 ;;
  esac
}

list() {
  module "$1"
  tags
  local pair
  printf '%-24s %s\n' TAG HASH
  while IFS= read -r -d , pair; do
    pair=${pair//\"/}
    printf '%-24s %s\n' "$(plain "${pair%:sha256:*}")" "sha256:${pair##*:}"
  done <<<"${tags:+$tags,}"
}

assign() {
  local name=$1 tag=$2 wanted
  call GET "$(path "$name@$3")"
  wanted=$(field hash)
  hash_of "$tag"
  if [[ $hash == "$wanted" ]]; then
    printf 'nothing to do: %s:%s names %s already\n' "$name" "$tag" "$wanted"
    return
  fi
  confirm "Move $name:$tag from ${hash:-nothing} to $wanted?"
  call PUT "$(path "$name" tags "$tag")" "{\"hash\":\"$wanted\",$(with_options)}"
  printf '%s:%s -> %s\n' "$name" "$tag" "$wanted"
}

delete() {
  local name=$1 tag=$2
  module "$name"
  hash_of "$tag"
  if [[ -z $hash ]]; then
    printf 'nothing to do: %s has no tag %s\n' "$name" "$tag"
    return
  fi
  confirm "Delete $name:$tag, which names $hash?"
  call DELETE "$(path "$name" tags "$tag")?allowOrphan=$allow_orphan"
  printf 'deleted %s:%s, which named %s\n' "$name" "$tag" "$hash"
}

promote() {
  local name=$1 wanted=$2
  module "$name"
  hash_of "$wanted"
  # what is neither a tag nor a hash is left to the gateway to refuse
  [[ -n $hash || $wanted =~ ^(sha256:)?[0-9a-fA-F]{12,64}$ ]] || call GET "$(path "$name:$wanted")"
  assign "$name" latest "${hash:-$wanted}"
}

history() {
  local rest hash entry='\{("[A-Za-z]+":"([^"\\]|\\.)*",?)+\}'
  call GET "$(path "$1" tags "$2" history)"
  rest=$body
  while [[ $rest =~ $entry ]]; do
    body=${BASH_REMATCH[0]}
    rest=${rest#*"$body"}
    hash=$(field hash)
    printf '%s  %s  %s  %s\n' "$(field at)" "${hash:-deleted}" "$(field actor)" "$(field message)"
  done
}

rollback() {
  local name=$1 tag=$2 to=${3-}
  module "$name"
  hash_of "$tag"
  confirm "Move $name:$tag from ${hash:-nothing} back to ${to:-what it named before}?"
  # what was confirmed, or nothing
  call POST "$(path "$name" tags "$tag" rollback)" \
    "{${hash:+\"from\":\"$hash\",}${to:+\"to\":$(json "$to"),}$(with_options)}"
  printf '%s:%s -> %s\n' "$name" "$tag" "$(field hash)"
}

words=()
while [[ $# -gt 0 ]]; do
  case $1 in
    -y | --yes) yes=true ;;
    -m | --message) [[ $# -gt 1 ]] || fail "$1 needs a text" 'see --help' 2; message=$2 && shift ;;
    -h | --help) usage && exit ;;
    -*) fail "unknown option $1" 'see --help' 2 ;;
    *) words+=("$1") ;;
  esac
  shift
done
[[ $refresh == true || $refresh == false ]] || fail "REFRESH is $refresh" 'set it to true or false' 2
[[ $allow_orphan == true || $allow_orphan == false ]] || fail "ALLOW_ORPHAN is $allow_orphan" 'set it to true or false' 2

for word in "${words[@]+"${words[@]}"}"; do
  # curl would take such a path for another one
  [[ -n $word && $word != . && $word != .. ]] || fail "'$word' names nothing in the catalogue" 'see --help' 2
done

case ${words[0]-}/${#words[@]} in
  list/2 | assign/4 | delete/3 | promote/3 | history/3 | rollback/3 | rollback/4) "${words[@]}" ;;
  /0) usage >&2 && exit 2 ;;
  *) fail "wrong usage: ${words[*]}" 'see --help' 2 ;;
esac
