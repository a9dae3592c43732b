// kubectl completion: a few lines for each shell that ask `kubectl __complete` (src/cli/complete.ts) at every Tab.
import { defineVerb, KubectlError } from '../verb.ts';

export const completion = defineVerb({
  short: 'Print what makes a shell complete this program (bash, zsh, fish, or powershell)',
  long: 'Prints code for a shell that completes commands, flags, types and names of resources.',
  examples: [
    { about: 'bash', command: 'source <(kubectl completion bash)' },
    { about: 'zsh', command: 'source <(kubectl completion zsh)' },
    { about: 'fish', command: 'kubectl completion fish | source' },
    { about: 'powershell', command: 'kubectl completion powershell | Out-String | Invoke-Expression' },
  ],
  async run({ args, program, write }) {
    const [shell, ...rest] = args;
    if (shell === undefined) throw new KubectlError('Shell not specified.', { usage: true });
    if (rest.length > 0) throw new KubectlError('Too many arguments. Expected only the shell type.', { usage: true });
    const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
    if (!script) throw new KubectlError(`Unsupported shell type "${shell}".`, { usage: true });
    write(script(program));
    return 0;
  },
});

const scripts: Readonly<Record<string, (program: string) => string>> = {
  bash: (program) => `# completion of ${program} for bash
__start_${program}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" line
  COMPREPLY=()
  while IFS='' read -r line; do
    COMPREPLY+=("$line")
  done < <(compgen -W "$("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "$cur")
  case "\${COMPREPLY[0]}" in
  */ | *=) compopt -o nospace 2>/dev/null ;;
  esac
}
complete -o default -F __start_${program} ${program}
`,
  zsh: (program) => `#compdef ${program}
# completion of ${program} for zsh
_${program}() {
  local -a found
  found=(\${(f)"$(\${words[1]} __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  compadd -- $found
}
compdef _${program} ${program}
`,
  fish: (program) => `# fish completion for ${program.padEnd(36)} -*- shell-script -*-
function __${program}_complete
  set -l words (commandline -opc) (commandline -ct)
  eval (string escape -- $words[1]) __complete (string escape -- $words[2..-1]) 2>/dev/null
end
complete -c ${program} -f -a '(__${program}_complete)'
`,
  powershell: (program) => `# powershell completion for ${program.padEnd(36)} -*- shell-script -*-
Register-ArgumentCompleter -Native -CommandName '${program}' -ScriptBlock {
  param($word, $ast, $position)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($word -eq '') { $words += '' }
  & '${program}' __complete @words 2>$null | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
`,
};
