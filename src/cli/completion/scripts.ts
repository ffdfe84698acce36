/** What a shell loads to complete `meltica`: each asks the program itself, by `meltica complete -- WORDS…`. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** Printed in the place of suggestions where files are meant. */
export const FILES = ':files'

/**
 * Needs nothing but bash, from 3.2 on. Readline takes a colon, an equals sign and @ for ends of words, so that what it
 * replaces begins behind the last of them.
 */
const BASH = `_meltica() {
  local line=\${COMP_LINE:0:COMP_POINT} words value
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  local word=\${words[\${#words[@]} - 1]}
  local ends=\${COMP_WORDBREAKS//[^:=@]/} lead=''
  [[ -n $ends ]] && lead=\${word%"\${word##*["$ends"]}"}
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    if [[ $value == ${FILES} ]]; then
      compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "\${word#"$lead"}"))
      return
    fi
    COMPREPLY+=("\${value#"$lead"}")
  done < <("\${words[0]/#\\~/$HOME}" complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _meltica meltica
`

const ZSH = `#compdef meltica
_meltica() {
  local -a answers suggestions
  local answer tab=$'\\t'
  answers=("\${(@f)$("\${(Q)words[1]}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ $answers[1] == ${FILES} ]]; then
    _files
    return
  fi
  for answer in $answers; do
    suggestions+=("\${\${answer%%$tab*}//:/\\\\:}:\${answer#*$tab}")
  done
  _describe -V meltica suggestions
}
if [[ $funcstack[1] == _meltica ]]; then
  _meltica "$@"
else
  compdef _meltica meltica
fi
`

const FISH = `function __meltica_complete
  set -l words (commandline --current-process --tokenize --cut-at-cursor)
  set -l word (commandline --current-token --cut-at-cursor)
  set -l answers ($words[1] complete -- $words[2..-1] "$word" 2>/dev/null)
  if test "$answers[1]" = ${FILES}
    __fish_complete_path "$word"
  else
    printf '%s\\n' $answers
  end
end
complete --command meltica --no-files --keep-order --arguments '(__meltica_complete)'
`

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH }
