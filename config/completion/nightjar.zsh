#compdef nightjar
# Completion of nightjar for zsh: it asks nightjar itself.
_nightjar() {
  local line
  local -a lines described
  lines=("${(@f)$(${words[1]} completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ ${lines[1]} == :files ]]; then
    _files
    return
  fi
  for line in $lines; do
    described+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done
  _describe nightjar described
}
if [[ $funcstack[1] == _nightjar ]]; then
  _nightjar "$@"
else
  compdef _nightjar nightjar
fi
