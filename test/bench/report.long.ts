// The benchmark's report in a real browser: the layout that readers see.
import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { reportPage } from '../../bench/report/html.ts';
import { Chromium, findChromium, type Page } from '../../scripts/support/chromium.ts';
import { sampleRun } from './support/sample-run.ts';
import { skip } from '../support/skip.js';

interface Look {
  readonly plots: number;
  readonly withoutMarks: string[];
  readonly overflow: number;
  readonly requests: number;
}

const lookAtPage = `(async () => {
  const seconds = 20;
  const plots = [...document.querySelectorAll('.plot')];
  const marks = (plot) => plot.querySelectorAll('[aria-label=dot] circle, [aria-label=line] path').length;
  for (let i = 0; i < seconds * 20 && plots.some((plot) => marks(plot) === 0); i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    plots: plots.length,
    withoutMarks: plots.filter((plot) => marks(plot) === 0).map((plot) => plot.parentElement.textContent),
    overflow: document.documentElement.scrollWidth - innerWidth,
    requests: performance.getEntriesByType('resource').length,
  };
})()`;

describe("the benchmark's report in a browser", function () {
  this.timeout(240_000);
  let directory: string;
  let browser: Chromium;
  let page: Page;

  before(async function () {
    const program = findChromium();
    if (program === undefined) skip(this, 'there is no Chromium here');
    directory = mkdtempSync(path.join(tmpdir(), 'uvfiles-report-'));
    const file = path.join(directory, 'report.html');
    writeFileSync(file, reportPage(sampleRun));
    browser = Chromium.launch(program);
    page = await browser.open();
    await page.resize(1200, 900);
    await page.goto(pathToFileURL(file).href);
  });

  after(async () => {
    await browser?.close();
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  });

  for (const [width, scheme] of [
    [1200, 'light'],
    [390, 'dark'],
  ] as const) {
    it(`has marks in every plot, no errors and nothing wider than ${width} pixels, in the ${scheme} scheme`, async () => {
      await page.resize(width, 900);
      await page.prefer(scheme);
      const look = await page.evaluate<Look>(lookAtPage);
      expect(look.plots).to.equal(12);
      expect(look.withoutMarks).to.deep.equal([]);
      expect(look.overflow).to.be.at.most(0);
      expect(look.requests).to.equal(0);
      expect(page.errors).to.deep.equal([]);
    });
  }

  it('redraws each plot with the new width when the window is resized', async () => {
    const widthOf = 'document.querySelector(".plot svg").width.baseVal.value';
    await page.resize(1200, 900);
    await page.evaluate(`new Promise((resolve) => setTimeout(resolve, 100))`);
    const wide = await page.evaluate<number>(widthOf);
    await page.resize(390, 900);
    await page.evaluate(
      `(async () => { for (let i = 0; i < 200 && ${widthOf} >= ${wide}; i++) await new Promise((r) => setTimeout(r, 50)); })()`,
    );
    expect(await page.evaluate<number>(widthOf)).to.be.below(wide);
  });

  it('offers all data for download', async () => {
    const data = await page.evaluate<string>(
      `fetch(document.getElementById('download').href).then((r) => r.text())`,
    );
    expect(JSON.parse(data)).to.deep.equal(JSON.parse(JSON.stringify(sampleRun)));
  });
});
