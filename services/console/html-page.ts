const style = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1a2330; --dim: #5b6878; --line: #d8dee6; --raised: #f5f7fa;
  --telemetry: #44546a; --labelled: #1f78d1; --predicted: #d9480f; --score: #6741d9; --threshold: #a61e4d; }
@media (prefers-color-scheme: dark) { :root { --ground: #0b0f15; --ink: #dde5ef; --dim: #92a0b3; --line: #1d2733;
  --raised: #111823; --telemetry: #aebccd; --labelled: #4da3ff; --predicted: #ff9248; --score: #b197fc; --threshold: #ff6b9a; } }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; margin: 0; }
p, li { color: var(--dim); } code { font-size: .9em; overflow-wrap: anywhere; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } tr.own { font-weight: 600; }
section { margin: 1rem 0; padding: .75rem 1rem; background: var(--raised); border-radius: 6px; }
section p { margin: .2rem 0; font-size: .9rem; } svg { display: block; width: 100%; height: auto; }
svg * { vector-effect: non-scaling-stroke; } path, polyline { fill: none; }
.telemetry { stroke: var(--telemetry); } .score { stroke: var(--score); } .threshold { stroke: var(--threshold); stroke-dasharray: 4 3; }
.labelled { fill: var(--labelled); } .behind { opacity: .22; } .predicted { fill: var(--predicted); }
.key b { font-weight: 600; } .key .l { color: var(--labelled); } .key .p { color: var(--predicted); }
.key .s { color: var(--score); } .key .t { color: var(--threshold); }
`;

/**
 * A page of its own, with no scripts and nothing to fetch, readable in light and dark. `ownStyle` is CSS that it needs beside
 * what all pages have.
 */
export function htmlPage(title: string, body: readonly string[], ownStyle = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}${ownStyle}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${body.join('\n')}
</body>
</html>
`;
}

/** A table; the first `own` rows stand out. */
export function htmlTable(heading: readonly string[], rows: readonly (readonly string[])[], own = 0): string {
  const head = heading.map((cell) => `<th>${escaped(cell)}</th>`).join('');
  const body = rows.map(
    (row, index) =>
      `<tr${index < own ? ' class="own"' : ''}>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>`;
}

/** What a reader has to know. */
export function htmlNotes(notes: readonly string[]): string {
  return `<ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join('')}</ul>`;
}

/** Text as it may stand in HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
