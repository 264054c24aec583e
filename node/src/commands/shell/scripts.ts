/** The completion scripts of shells, of the commands that there are. Pure. */

/** A command as a shell has to know it. */
export interface KnownCommand {
  readonly name: string;
  readonly describe: string;
  /** Words that its first argument may be. */
  readonly actions: readonly string[];
  readonly flags: readonly {
    readonly flag: string;
    readonly describe: string;
    readonly takes: "nothing" | "value" | "file";
  }[];
}

const single = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const namesOf = (commands: readonly KnownCommand[]): string => commands.map(({ name }) => name).join(" ");

export function bashScript(commands: readonly KnownCommand[]): string {
  const files = [
    ...new Set(commands.flatMap(({ flags }) => flags.filter(({ takes }) => takes === "file").map(({ flag }) => flag))),
  ];
  const cases = commands.map(({ name, actions, flags }) => {
    const words = [...actions, ...flags.map(({ flag }) => flag)].join(" ");
    return `    ${name}) words=${single(words)} ;;`;
  });
  return `# Completion of lloom for bash.
_lloom() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${namesOf(commands)} help' -- "$word"))
    return
  fi
  case $before in
    ${files.join("|")}) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  case \${COMP_WORDS[1]} in
${cases.join("\n")}
    help) words=${single(namesOf(commands))} ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$word"))
}
complete -o filenames -F _lloom lloom ./lloom`;
}

/** What zsh reads as more than text within an argument's description. */
const plain = (text: string): string => text.replaceAll(/[[\]:]/g, " ");

export function zshScript(commands: readonly KnownCommand[]): string {
  const names = commands.map(({ name, describe }) => `    ${single(`${name}:${plain(describe)}`)}`);
  const cases = commands.map(({ name, actions, flags }) => {
    const kinds = { nothing: "", value: ":value: ", file: ":file:_files" };
    const lines = flags.map(({ flag, describe, takes }) => single(`*${flag}[${plain(describe)}]${kinds[takes]}`));
    const first = actions.length === 0 ? "'*:file:_files'" : `'1:action:(${actions.join(" ")})' '*:file:_files'`;
    return `    ${name}) _arguments ${[first, ...lines].join(" \\\n        ")} ;;`;
  });
  return `#compdef lloom
# Completion of lloom for zsh.
_lloom() {
  local -a commands
  commands=(
${names.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("\n")}
  esac
}
compdef _lloom lloom ./lloom`;
}

export function fishScript(commands: readonly KnownCommand[]): string {
  const lines = commands.flatMap(({ name, describe, actions, flags }) => {
    const within = `complete -c lloom -n ${single(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      `complete -c lloom -n __fish_use_subcommand -f -a ${name} -d ${single(describe)}`,
      ...(actions.length === 0 ? [] : [`${within} -f -a ${single(actions.join(" "))}`]),
      ...flags.map(({ flag, describe: about, takes }) => {
        const kind = { nothing: "", value: " -x", file: " -r -F" }[takes];
        return `${within} -l ${flag.slice(2)}${kind} -d ${single(about)}`;
      }),
    ];
  });
  return ["# Completion of lloom for fish.", ...lines].join("\n");
}
