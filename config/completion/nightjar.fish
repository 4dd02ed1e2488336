# Completion of nightjar for fish: it asks nightjar itself.
function __nightjar_words
    set -l words (commandline --tokenize --cut-at-cursor --current-process) (commandline --current-token --cut-at-cursor)
    set -l found ($words[1] completion words -- $words[2..-1] 2>/dev/null)
    if test "$found[1]" = :files
        __fish_complete_path (commandline --current-token --cut-at-cursor)
    else
        string join \n -- $found
    end
end
complete --command nightjar --no-files --arguments '(__nightjar_words)'
