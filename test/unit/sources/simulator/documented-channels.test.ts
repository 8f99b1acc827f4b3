import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { parameterById } from '../../../../pipelines/telemetry/dictionary/parameter-dictionary.ts';
import { stationStreams } from '../../../../services/sources/simulator/station-streams.ts';
import { projectFolder } from '../../../architecture/project.ts';
import { stationChannels } from './generated-telemetry.ts';

/** A row of the page's table for each scored channel: its stream, id, name, noise, resolution, and when it is sent. */
function noiseTable(): string {
  const rows = stationChannels
    .filter(({ role }) => role === 'scored')
    .map(({ stream, id, sigma, stepsPerUnit, onChange }) => {
      const { name, unit } = parameterById(id);
      const sent = onChange ? 'on change' : 'regularly';
      return `| ${stream} | ${id} | ${name} | ${sigma} ${unit} | ${1 / stepsPerUnit} | ${sent} |`.replaceAll('  ', ' ');
    });
  return ['| stream | id | channel | sigma | resolution | sent |', '|-|-|-|-|-|-|', ...rows].join('\n');
}

it('the simulator page lists every scored channel with its own noise', () => {
  const page = readFileSync(join(projectFolder, 'docs/simulator.md'), 'utf8');
  assert.ok(page.includes(noiseTable()), `put this table there:\n${noiseTable()}`);
});

it('the simulator page names every stream with how many channels it has', () => {
  const page = readFileSync(join(projectFolder, 'docs/simulator.md'), 'utf8');
  for (const { stream, channels } of stationStreams) {
    const scored = channels.filter(({ role }) => role === 'scored').length;
    assert.ok(page.includes(`| ${stream} | ${scored} + ${channels.length - scored} |`), stream);
  }
});
