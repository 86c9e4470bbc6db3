# Bash takes = and : for the ends of words, so FIELD=VALUE and SOURCE:KEY reach a completion in pieces:
# this puts them together, and takes from each candidate what stands before the last piece.
_facts_complete() {
    local IFS=$'\013' line="${COMP_LINE:0:COMP_POINT}" words=() space word i before=""
    for ((i = 0; i <= COMP_CWORD; i++)); do
        space="${line%%[! ]*}"
        line="${line#"$space"}"
        if ((i == COMP_CWORD)); then word="$line"; else word="${COMP_WORDS[i]}"; fi
        line="${line#"$word"}"
        if [[ -z "$space" ]] && ((i > 0)); then
            before="${words[${#words[@]} - 1]}"
            words[${#words[@]} - 1]+="$word"
        else
            before=""
            words+=("$word")
        fi
    done
    # the last piece may be the sign itself
    if [[ "$word" == [=:]* ]]; then before+="${word:0:1}"; fi
    local with_space=true
    if compopt +o nospace 2> /dev/null; then with_space=false; fi
    COMPREPLY=( $( \
        _CLAP_IFS="$IFS" \
        _CLAP_COMPLETE_INDEX="$((${#words[@]} - 1))" \
        _CLAP_COMPLETE_COMP_TYPE="$COMP_TYPE" \
        _CLAP_COMPLETE_SPACE="$with_space" \
        COMPLETE="bash" \
        "facts" -- "${words[@]}" \
    ) )
    if [[ $? != 0 ]]; then
        unset COMPREPLY
        return
    fi
    if [[ $with_space == false ]] && [[ "${COMPREPLY-}" =~ [=/:]$ ]]; then
        compopt -o nospace
    fi
    # a field is no name of a file: readline would put a backslash before the sign
    if [[ "${COMPREPLY[*]}" == *= ]] && ((${#COMPREPLY[@]} == 1)); then compopt +o filenames 2> /dev/null; fi
    COMPREPLY=("${COMPREPLY[@]#"$before"}")
}
if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -o filenames -o nospace -o bashdefault -o nosort -F _facts_complete facts
else
    complete -o filenames -o nospace -o bashdefault -F _facts_complete facts
fi
