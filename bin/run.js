// What kubemu and its shims share: run the bundle with this process's arguments, and say what to do when there is no bundle yet.
export async function run(program) {
  let bundle;
  try {
    bundle = await import('../dist/main.js');
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || !error.message.includes('main.js')) throw error;
    process.stderr.write(`${program}: not built yet; run "npm ci && npm run build" in ${new URL('..', import.meta.url).pathname}\n`);
    process.exitCode = 1;
    return;
  }
  process.exitCode = await bundle.main(process.argv.slice(2), bundle.processIo(program));
}
