// A process of its own: so many commands in a row, each with an exit code of its own, written to standard output.
import { main } from '../../src/cli/main.ts';

const [name = '', count = ''] = process.argv.slice(2);
for (let i = 1; i <= Number(count); i++) {
  let said = '';
  const code = await main(['create', 'configmap', `${name}-${i}`, `--from-literal=n=${i}`], {
    program: 'kubectl',
    stdout: () => {},
    stderr: (text) => {
      said += String(text);
    },
    stdin: async () => '',
    terminal: { stdin: false, stdout: false, columns: 80 },
    env: process.env,
    cwd: process.cwd(),
  });
  process.stdout.write(`${`${code} ${said}`.trim()}\n`);
}
