#!/usr/bin/env node
// JavaScript, unlike everything else here: an older Node cannot read TypeScript, and would say so in its own words.
const wanted = [22, 18];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < wanted[0] || (major === wanted[0] && minor < wanted[1])) {
  console.error(
    `cupola needs Node ${wanted.join('.')} or newer; this is ${process.version} (${process.execPath}).\n` +
      'Install a newer Node (https://nodejs.org), or in a checkout run `npm ci`, then `npx cupola` or `npm start`.',
  );
  process.exitCode = 2;
} else {
  // What was compiled before is not compiled again: commands start in half the time.
  (await import('node:module')).enableCompileCache();
  await import('./main.ts');
}
