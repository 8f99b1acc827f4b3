import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import type { Page } from 'playwright-core';
import { faultRanges } from '../../pipelines/fault-request.ts';
import type { Command, JudgeCommand } from '../../pipelines/commands.ts';
import { decodeCommand, encodeFaultTruth, encodeVerdict } from '../../pipelines/json-records.ts';
import { topics } from '../../pipelines/topics.ts';
import { buildConsole } from '../../dashboards/console/build.ts';
import { readToEnd } from '../../services/stage/read-range.ts';
import { closeFitPorts, openFitPorts } from '../../services/host/fit-ports.ts';
import { consoleUnderTest } from '../unit/console/console-under-test.ts';
import { letAutoencoderGovern } from '../unit/console/governing-autoencoder.ts';
import { complaintsOf, launchChromium } from './chromium.ts';

const minute = 60_000;
const assets = await mkdtemp(join(tmpdir(), 'cupola-page-'));
after(() => rm(assets, { recursive: true }));

const browser = await launchChromium();
after(() => browser.close());
const buildStartedMs = performance.now();
await buildConsole(assets);
const buildTookMs = performance.now() - buildStartedMs;
// Of the staged station's streams one stands for a simulator's.
const stepFault = { kind: 'step', channelIds: ['Z1000001'], ...faultRanges('step') } as const;
const possibleFaults = new Map([['momentum-gyros', [stepFault]]]);
const fitPorts = await openFitPorts();
after(() => closeFitPorts(fitPorts));
const { runtime } = fitPorts;
const running = await consoleUnderTest({ after }, { hours: 6, assets, possibleFaults, runtime });
const { service, station, ports } = running;
await letAutoencoderGovern(running, 'attitude', fitPorts);
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const complaints = complaintsOf(page);
const elsewhere: string[] = [];
page.on('request', (request) => request.url().startsWith(service.url) || elsewhere.push(request.url()));
await page.goto(service.url);
await page.locator('.stream-row').first().waitFor();

afterEach(() => assert.deepEqual(complaints, [], 'the page complains of nothing'));

/** How many pixels of a chart's canvas have a colour like the one given, within a little. */
function pixelsLike(within: Page, canvas: string, colour: readonly number[]): Promise<number> {
  return within
    .locator(canvas)
    .first()
    .evaluate((element, [red, green, blue]) => {
      const { width, height } = element as HTMLCanvasElement;
      const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      let like = 0;
      for (let i = 0; i < data.length; i += 4) {
        const near = Math.max(
          Math.abs(data[i]! - red!),
          Math.abs(data[i + 1]! - green!),
          Math.abs(data[i + 2]! - blue!),
        );
        if (data[i + 3]! > 200 && near < 24) like++;
      }
      return like;
    }, colour);
}

const ink = [0xdd, 0xe5, 0xef];
const accent = [0x6f, 0xa8, 0xff];
const caution = [0xfc, 0xe8, 0x3a];
const imputed = [0xc9, 0x9b, 0xff];

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const endMs = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > endMs) assert.fail(`${what}: not within 10 s`);
    await page.waitForTimeout(50);
  }
}

test('the page is bundled within three seconds on a busy machine, and needs nothing from elsewhere', () => {
  assert.ok(buildTookMs < 3000, `${buildTookMs} ms`);
  assert.deepEqual(elsewhere, []);
});

test('every stream is listed with its state, as a symbol that has a name', async () => {
  assert.equal(await page.locator('.stream-row').count(), 12);
  const symbolOf = (stream: string): Promise<string | null> =>
    page.locator(`#stream-${stream} .symbol`).getAttribute('aria-label');
  assert.equal(await symbolOf('oxygen-generation'), 'critical');
  assert.equal(await symbolOf('loop-b'), 'normal');
  assert.equal(await symbolOf('ku-band'), 'off');
  assert.equal(await symbolOf('attitude'), 'off');
  assert.equal(await symbolOf('radiators'), 'standby');
  assert.match(await page.locator('#stream-ku-band').innerText(), /no signal/);
  assert.match(await page.locator('#stream-radiators').innerText(), /\d+ (min|s)/);
});

test('the worst stream is chosen, and its score, telemetry and reconstruction are drawn', async () => {
  assert.match(await page.locator('.heading h2').innerText(), /O₂ generation/);
  await until(async () => (await pixelsLike(page, '.chart:nth-of-type(1) canvas', ink)) > 300, 'the score');
  await until(async () => (await pixelsLike(page, '.chart:nth-of-type(1) canvas', caution)) > 50, 'the threshold');
  await until(async () => (await pixelsLike(page, '.chart:nth-of-type(2) canvas', ink)) > 300, 'telemetry');
  await until(async () => (await pixelsLike(page, '.chart:nth-of-type(2) canvas', accent)) > 50, 'the reconstruction');
});

test('the channel that contributes most stands first, with its unit and what was expected', async () => {
  const first = page.locator('.chart').nth(1);
  assert.match(await first.innerText(), /OGA cell voltage[\s\S]*V[\s\S]*expected[\s\S]*V/);
  await until(async () => /OGA cell voltage.*expected/.test(await page.locator('.card').first().innerText()), 'words');
  assert.match(await page.locator('.why').innerText(), /OGA cell voltage/);
});

test('the cursor is shared: every chart tells its value there', async () => {
  const plots = page.locator('.plot .u-over');
  const box = (await plots.first().boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.3, box.y + 10);
  await until(async () => (await page.locator('.time-axis .cursor').count()) === 1, 'the cursor');
  const shown = await page.locator('.plot .u-cursor-x:not(.u-off)').count();
  assert.equal(shown, await plots.count());
  await page.mouse.move(2, 2);
});

test('an anomaly appears without a reload', async () => {
  const before = await page.locator('.card').count();
  await station.advance(station.timeMs + 25 * minute);
  await until(async () => (await page.locator('.card').count()) > before, 'the card');
  const card = page.locator('.card', { hasText: 'Cabin atmosphere' });
  assert.match(await card.innerText(), /open[\s\S]*injected step/);
  const symbol = page.locator('#stream-cabin-atmosphere .symbol');
  await until(async () => ['serious', 'critical'].includes((await symbol.getAttribute('aria-label'))!), 'the symbol');
});

test('up and down move through streams, and the page follows', async () => {
  await page.locator('#stream-attitude').click();
  await page.keyboard.press('ArrowDown');
  assert.match(await page.locator('.heading h2').innerText(), /Control moment gyros/);
  await page.keyboard.press('ArrowUp');
  assert.match(await page.locator('.heading h2').innerText(), /Attitude and rates/);
});

test('choosing an anomaly shows its time; L goes back to live', async () => {
  await page.locator('.card', { hasText: 'Loop B' }).click();
  assert.match(await page.locator('.heading h2').innerText(), /Loop B/);
  assert.equal(await page.locator('.live').getAttribute('aria-pressed'), 'false');
  await page.keyboard.press('l');
  assert.equal(await page.locator('.live').getAttribute('aria-pressed'), 'true');
});

test('a bad threshold is refused beside its field, with its bound', async () => {
  await page.locator('#stream-power-1b').click();
  await page.locator('input[name=k]').fill('3000');
  await until(async () => (await page.locator('.preview[role=alert]').count()) === 1, 'the refusal');
  assert.match(await page.locator('.preview').innerText(), /0 to 1000/);
  assert.equal(await page.locator('input[name=k]').getAttribute('aria-invalid'), 'true');
  assert.equal(await page.locator('.primary').isDisabled(), true);
});

test('changing a threshold: previewed, asked for, and governing from a told time on', async () => {
  await page.locator('input[name=k]').fill('25');
  await until(async () => (await page.locator('.preview .tried').count()) === 1, 'the preview');
  await page.locator('.primary').click();
  await until(async () => (await page.locator('.progress').count()) === 1, 'that it was asked for');
  assert.match(await page.locator('.progress').innerText(), /asked/);
  await station.advance(station.timeMs + 10 * minute);
  await until(async () => (await page.locator('.progress.applied').count()) === 1, 'that it governs');
  assert.match(await page.locator('.progress').innerText(), /governs from 2026-325T\d\d:\d\d:\d\dZ/);
  assert.match(await page.locator('.governing').innerText(), /k\s=\s25[\s\S]*by operator/);
});

test('a fault is asked of the simulated station: refused by its bound, then injected from a told time on', async () => {
  assert.equal(await page.locator('.injector').count(), 0, 'no simulator feeds power-1b');
  await page.locator('#stream-momentum-gyros').click();
  await page.locator('.injector summary').click();
  const [sigma, inject] = [page.locator('input[name=amplitudeSigma]'), page.locator('.injector .primary')];
  await sigma.fill('1000');
  const before = complaints.length;
  await inject.click();
  await until(async () => (await page.locator('.injector [role=alert]').count()) === 1, 'the refusal');
  assert.equal(await sigma.getAttribute('aria-invalid'), 'true');
  // The browser itself reports an answer that is a refusal.
  complaints.length = before;
  await sigma.fill('8');
  await inject.click();
  await until(async () => (await page.locator('.injector .pulse').count()) === 1, 'that it was asked for');
  const partition = await ports.log.partitionOf(topics.commands.name, 'momentum-gyros');
  const { records } = await readToEnd(ports.log, topics.commands.name, partition);
  const { id } = decodeCommand(records.at(-1)!.value!);
  const startMs = station.timeMs;
  const truth = { id: `commanded-${id}`, kind: 'step', stream: 'momentum-gyros', channelIds: ['Z1000001'] } as const;
  const rest = { startMs, endMs: startMs + 600_000, amplitudeSigma: 8, coupledStreams: [], description: 'is off' };
  const value = encodeFaultTruth({ ...truth, ...rest });
  await ports.log.append([{ topic: topics.truth.name, key: truth.stream, value, timestampMs: startMs }]);
  await until(async () => (await page.locator('.injector .applied').count()) === 1, 'that it was injected');
  assert.match(await page.locator('.injector .applied').innerText(), /step from 2026-325T\d\d:\d\d:\d\dZ/);
});

test('an anomaly is judged on its card, and the verdict stands there once it is written', async () => {
  await page.locator('.card', { hasText: 'Loop B' }).click();
  await page.locator('.verdict button', { hasText: 'Normal' }).click();
  const partition = await ports.log.partitionOf(topics.commands.name, 'loop-b');
  const newest = async (): Promise<Command | undefined> => {
    const { records } = await readToEnd(ports.log, topics.commands.name, partition);
    return records.map(({ value }) => decodeCommand(value!)).findLast(({ stream }) => stream === 'loop-b');
  };
  await until(async () => (await newest())?.type === 'judge', 'the command');
  const { id: commandId, fromMs, toMs, anomalyId = null } = (await newest()) as JudgeCommand;
  const given = {
    commandId,
    commandOffset: 0,
    issuedAtMs: 0,
    issuedBy: 'ana',
    reason: '',
    judgement: 'normal',
  } as const;
  const value = encodeVerdict({ ...given, stream: 'loop-b', fromMs, toMs, anomalyId });
  await ports.log.append([{ topic: topics.verdicts.name, partition, key: 'loop-b', value, timestampMs: 0 }]);
  const card = page.locator('.card[aria-pressed=true]');
  await until(async () => /judged normal by ana/.test(await card.innerText()), 'the verdict');
  assert.equal(await page.locator('.verdict button', { hasText: 'Normal' }).getAttribute('aria-pressed'), 'true');
});

test('where a channel is silent, what the model puts there is drawn as such, and said not to be scored', async () => {
  await page.locator('#stream-attitude').click();
  const chart = page.locator('.chart', { hasText: 'Roll error' });
  await until(async () => /imputed, not scored/.test(await chart.innerText()), 'the key');
  await until(
    async () => (await pixelsLike(page, '.chart[aria-label="Roll error"] canvas', imputed)) > 30,
    'the course',
  );
  assert.equal(await page.locator('.chart .imputed').count(), 1, 'of the silent channel alone');
});

test('everything that can be used has a name and can be reached, and nothing relies on colour alone', async () => {
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, input, select, [role=img], [role=tab]')]
      .filter((element) => {
        const labels = (element as HTMLInputElement).labels;
        const label = element.getAttribute('aria-label') ?? labels?.[0]?.innerText ?? element.innerText;
        return label.trim() === '';
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );
  assert.deepEqual(nameless, []);
  const duplicates = await page.evaluate(() => {
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    return ids.filter((id, index) => ids.indexOf(id) !== index);
  });
  assert.deepEqual(duplicates, []);
  for (const landmark of ['header', 'nav', 'main', 'aside', 'footer'])
    assert.equal((await page.locator(landmark).count()) >= 1, true, landmark);
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  const shapes = await page.evaluate(() =>
    ['critical', 'normal', 'off', 'standby'].map(
      (symbol) => document.querySelector(`.streams .symbol.${symbol}`)?.innerHTML,
    ),
  );
  assert.equal(new Set(shapes).size, 4, 'each status has a shape of its own');
});

test('words are readable: at least 4.5 to 1 against what is behind them', async () => {
  const words = await page.evaluate(() => {
    const found: { readonly where: string; readonly ink: string; readonly behind: string }[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement!;
      if (!walker.currentNode.textContent!.trim() || element.closest('button:disabled, .none, noscript')) continue;
      let behind: Element = element;
      while (getComputedStyle(behind).backgroundColor.endsWith(', 0)')) behind = behind.parentElement!;
      const { color: ink } = getComputedStyle(element);
      found.push({ where: element.outerHTML.slice(0, 80), ink, behind: getComputedStyle(behind).backgroundColor });
    }
    return found;
  });
  assert.ok(words.length > 100);
  const faint = words.filter(({ ink, behind }) => contrast(ink, behind) < 4.5);
  assert.deepEqual(faint, []);
});

/** Contrast of two CSS colours, `rgb(...)`, by WCAG 2. */
function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminance(colour: string): number {
  const linear = colour.match(/[\d.]+/g)!.map((channel) => {
    const share = Number(channel) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
}

for (const [width, height] of [
  [1280, 720],
  [2560, 1440],
] as const) {
  test(`at ${width} x ${height} nothing is cut off and charts fill the page`, async () => {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(300);
    const { overflow, charts, side } = await page.evaluate(() => ({
      overflow:
        document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight,
      charts: document.querySelectorAll('.chart').length,
      side:
        document.querySelector('.threshold')!.getBoundingClientRect().bottom <=
        document.querySelector('.ribbon')!.getBoundingClientRect().top + 1,
    }));
    assert.deepEqual([overflow, charts >= 3, side], [false, true, true]);
  });
}

test('the page says when its service is gone', async () => {
  await service.stop();
  await until(async () => (await page.locator('.feed[role=alert]').count()) === 1, 'the words');
  assert.match(await page.locator('.feed').innerText(), /console service lost/);
  await page.close();
  // What failed while the service was gone is what was to be seen here.
  complaints.length = 0;
});
