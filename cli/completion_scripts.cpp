#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/completion.hpp"

// The scripts only pass the words on to `dbmig __complete` and its answer back: what can be
// completed is known to the program alone.
namespace dbmig::cli {
namespace {

constexpr std::string_view kBash =
    R"bash(# Completion of dbmig for bash, written by `dbmig completion bash`.
_dbmig() {
  # Readline splits words at = : and @, which dbmig's arguments contain: join the parts again, and
  # return only the part of an answer after the last of these characters.
  local rest=${COMP_LINE:0:COMP_POINT} words=() current= token before i
  for ((i = 0; i <= COMP_CWORD; ++i)); do
    token=${COMP_WORDS[i]}
    before=${rest%%[![:space:]]*}
    rest=${rest#"$before"}
    if ((i == COMP_CWORD)); then token=$rest; fi
    rest=${rest#"$token"}
    if [[ -n $before || $i -eq 0 ]]; then words+=("$token"); else words[-1]+=$token; fi
    current=$token
  done
  local word=${words[-1]} quote=
  case $word in [\"\']*) quote=${word:0:1} word=${word:1} ;; esac
  words[-1]=$word
  case $current in [=:@] | [=:@][=:@]) current= ;; esac
  local kept=${word%"${current#"$quote"}"}
  kept=${kept%@}  # which Readline counts to what follows it

  local line lines value IFS=$'\n'
  mapfile -t lines < <(dbmig __complete "${words[@]:1}" 2>/dev/null)
  COMPREPLY=()
  case ${lines[0]-} in
    :files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "${word#"$kept"}"); return ;;
    :folders) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "${word#"$kept"}"); return ;;
  esac
  for line in "${lines[@]}"; do
    value=${line%%$'\t'*}
    value=${value#"$kept"}
    if [[ -z $quote ]]; then printf -v value %q "$value"; fi
    COMPREPLY+=("$value")
  done
}
complete -o nosort -F _dbmig dbmig 2>/dev/null || complete -F _dbmig dbmig
)bash";

constexpr std::string_view kZsh = R"zsh(#compdef dbmig
# Completion of dbmig for zsh, written by `dbmig completion zsh`.
_dbmig() {
  local -a lines values shown
  local line value
  lines=("${(@f)$(dbmig __complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  case ${lines[1]} in
    (:files) compset -P '--*='; _files; return ;;
    (:folders) compset -P '--*='; _files -/; return ;;
  esac
  for line in $lines; do
    value=${line%%$'\t'*}
    values+=("$value")
    if [[ $line == *$'\t'* ]]; then shown+=("$value  -- ${line#*$'\t'}"); else shown+=("$value"); fi
  done
  (( $#values )) && compadd -l -V dbmig -d shown -a values
}
if [[ $funcstack[1] == _dbmig ]]; then _dbmig "$@"; else compdef _dbmig dbmig; fi
)zsh";

constexpr std::string_view kFish =
    R"fish(# Completion of dbmig for fish, written by `dbmig completion fish`.
function __dbmig_complete
    set -l words (commandline -opc)
    set -l lines (dbmig __complete $words[2..-1] (commandline -ct) 2>/dev/null)
    switch "$lines[1]"
        case ':files'
            __fish_complete_path (commandline -ct)
        case ':folders'
            __fish_complete_directories (commandline -ct)
        case '*'
            printf '%s\n' $lines
    end
end
complete -c dbmig -f -k -a '(__dbmig_complete)'
)fish";

}  // namespace

const std::vector<std::string>& completed_shells() {
  static const std::vector<std::string> names{"bash", "zsh", "fish"};
  return names;
}

std::string_view completion_script(std::string_view shell) {
  for (const auto& [name, script] :
       {std::pair(std::string_view("bash"), kBash), std::pair(std::string_view("zsh"), kZsh),
        std::pair(std::string_view("fish"), kFish)}) {
    if (name == shell) return script;
  }
  throw Error(ErrorCode::usage, "there is no completion for '" + std::string(shell) + "'")
      .hint(text::suggest(shell, completed_shells()));
}

}  // namespace dbmig::cli
