// Tests pages of the HTML report in Chromium. Takes the files; prints what it checked, and exits
// with 1 at the first page that fails. With ICR_SCREENSHOT=FILE it takes a picture of the first.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.env.NODE_PACKAGES, "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const profile = mkdtempSync(join(tmpdir(), "icr-browser-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
  bypassCSP: true, // for axe alone, which is put into the page
  viewport: { width: 1280, height: 860 },
});

const open = async (file, look) => {
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (url !== pathToFileURL(resolve(file)).href && !url.startsWith("data:")) faults.push(`requested ${url}`);
  });
  await page.emulateMedia({ colorScheme: look.scheme });
  await page.setViewportSize(look.size);
  await page.goto(pathToFileURL(resolve(file)).href);
  return { page, faults };
};

const accessible = async (page, name) => {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const grave = violations.filter((v) => ["serious", "critical"].includes(v.impact));
  const told = grave.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200)).join(" | ")}`);
  assert.deepEqual(told, [], `${name}: the accessibility checker finds nothing serious or critical`);
  return passes.length;
};

const column = (page, table, n) =>
  page.$$eval(`${table} tbody tr:not([hidden]) > :nth-child(${n})`, (cells) =>
    cells.map((cell) => cell.firstChild.textContent.trim().replaceAll(",", "")));

const desktop = { width: 1280, height: 860 };
const phone = { width: 390, height: 844 };

const check = async (file) => {
  for (const [name, look] of [
    ["light", { scheme: "light", size: desktop }],
    ["dark", { scheme: "dark", size: desktop }],
    ["phone, light", { scheme: "light", size: phone }],
    ["phone, dark", { scheme: "dark", size: phone }],
  ]) {
    const { page, faults } = await open(file, look);
    assert.match(await page.title(), /^ICR Reconciliation Report, run of \d{4}-\d\d-\d\d$/);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name}: the page is no wider than the window (${wide} px)`);
    const passed = await accessible(page, name);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = Number(background.match(/\d+/)[0]) > 128;
    assert.equal(light, look.scheme === "light", `${name}: the background follows the scheme`);
    assert.deepEqual(faults, [], `${name}: no console message, no request`);
    console.log(`${file}: ${name}: ${passed} accessibility rules passed, nothing serious`);
    await page.close();
  }

  const { page, faults } = await open(file, { scheme: "light", size: desktop });
  const inView = await page.$$eval("#overview .tiles, #overview .pair", (parts) =>
    parts.every((part) => part.getBoundingClientRect().bottom <= innerHeight));
  assert.ok(inView, "the overview is in one screen");

  // Sorting, by mouse and by keyboard.
  const states = await column(page, "#states table", 1);
  assert.ok(states.length >= 2);
  const rate = page.locator("#states thead th:nth-child(2) button");
  await rate.click();
  const falling = (await column(page, "#states table", 2)).map(Number);
  assert.deepEqual(falling, [...falling].sort((a, b) => b - a), "sorted, the largest first");
  assert.equal(await page.getAttribute("#states thead th:nth-child(2)", "aria-sort"), "descending");
  await rate.focus();
  await page.keyboard.press("Enter");
  const rising = (await column(page, "#states table", 2)).map(Number);
  assert.deepEqual(rising, [...rising].sort((a, b) => a - b), "sorted, the smallest first");
  assert.equal(await page.getAttribute("#states thead th:nth-child(2)", "aria-sort"), "ascending");
  await page.locator("#states thead th:nth-child(1) button").click();
  assert.equal(await page.getAttribute("#states thead th:nth-child(2)", "aria-sort"), null);
  console.log(`${file}: tables sort`);

  // Filtering, and choosing columns.
  await page.fill("#states .filter", "tex");
  const left = await page.$$eval("#states tbody tr:not([hidden]) > th", (heads) => heads.map((h) => h.textContent));
  assert.deepEqual(left, ["TX Texas"]);
  assert.match(await page.textContent("#states output"), /^1 of \d+$/);
  await page.fill("#states .filter", "");
  await page.selectOption("#states .columns", "verification");
  const shown = await page.$$eval("#states thead th", (heads) => heads.filter((h) => h.offsetParent).map((h) => h.textContent));
  assert.ok(shown.some((head) => head.startsWith("Your SSN: verified")) && !shown.some((head) => head.startsWith("Tier 1")));
  console.log(`${file}: tables filter and change columns`);

  // Bars are true to scale: a bar of 55 % takes 55 % of its track, and all tracks have one length.
  const bars = await page.$$eval(".bars li", (items) => items.map((item) => {
    const [track, bar] = [item.querySelector(".track"), item.querySelector(".track > span")];
    const width = (element) => element.getBoundingClientRect().width;
    return [parseFloat(item.querySelector("a > .note").textContent), 100 * width(bar) / width(track), width(track)];
  }));
  for (const [percent, shown, track] of bars) {
    assert.ok(Math.abs(percent - shown) < 1, `${percent} % is drawn as ${shown} %`);
    assert.ok(Math.abs(track - bars[0][2]) < 1, "every track has the same length");
  }
  console.log(`${file}: bars are true to scale`);

  // Every figure of a state is there when the state is opened, and its tables sort.
  await page.click("#s-TX > summary");
  await page.waitForSelector("#s-TX table");
  const returned = await page.$$eval("#s-TX .sortable tbody tr > :nth-child(2)", (cells) => cells.map((c) => Number(c.textContent.replaceAll(",", ""))));
  const tile = await page.$eval("#s-TX > summary .note", (note) => Number(note.textContent.split(" ")[0].replaceAll(",", "")));
  assert.equal(returned.reduce((sum, n) => sum + n, 0), tile, "the cases by other state are all returned cases");
  assert.equal((await page.$$("#s-TX .sortable .sort")).length > 5, true);
  await page.click("#s-TX > summary");
  console.log(`${file}: a state opens with its figures`);

  // From each number to what it means.
  const dead = await page.$$eval("a[href^='#']", (links) =>
    links.map((a) => a.getAttribute("href")).filter((href) => !document.getElementById(href.slice(1))));
  assert.deepEqual(dead, [], "every link leads somewhere");
  await page.click(".bars a[href='#code-02']");
  assert.equal(await page.evaluate(() => document.activeElement.id), "code-02");
  await page.click("#states tbody a[href='#s-TX']");
  await page.waitForFunction(() => document.getElementById("s-TX").open);
  console.log(`${file}: numbers lead to their meanings, states to their figures`);

  // The skip link is the first stop of the keyboard.
  await page.reload();
  await page.evaluate(() => { history.replaceState(null, "", location.pathname); scrollTo(0, 0); document.activeElement.blur(); });
  const pdf = await page.pdf({ preferCSSPageSize: true });
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
  assert.equal(pages, 2, `printed on ${pages} pages`);
  assert.deepEqual(faults, [], "no console message, no request");
  console.log(`${file}: prints on ${pages} pages, ${pdf.length} bytes; no request was made`);
  await page.close();
};

// A state's own page: one screen wide, accessible, and two sheets of paper.
const checkState = async (file) => {
  for (const [name, look] of [
    ["light", { scheme: "light", size: desktop }],
    ["dark", { scheme: "dark", size: desktop }],
    ["phone", { scheme: "light", size: phone }],
  ]) {
    const { page, faults } = await open(file, look);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name}: the page is no wider than the window (${wide} px)`);
    const passed = await accessible(page, name);
    if (name === "light") {
      const pdf = await page.pdf({ preferCSSPageSize: true });
      const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
      assert.ok(pages <= 2, `printed on ${pages} pages`);
    }
    assert.deepEqual(faults, [], `${name}: no console message, no request`);
    console.log(`${file}: ${name}: ${passed} accessibility rules passed, nothing serious`);
    await page.close();
  }
};

try {
  const files = process.argv.slice(2);
  if (process.env.ICR_SCREENSHOT) {
    const look = { scheme: process.env.ICR_SCHEME ?? "light", size: process.env.ICR_PHONE ? phone : desktop };
    const { page } = await open(files[0], look);
    if (process.env.ICR_HEIGHT) await page.setViewportSize({ width: look.size.width, height: Number(process.env.ICR_HEIGHT) });
    if (process.env.ICR_ANCHOR) await page.evaluate((id) => document.getElementById(id).scrollIntoView(), process.env.ICR_ANCHOR);
    await page.screenshot({ path: process.env.ICR_SCREENSHOT });
  } else {
    const own = files.filter((file) => file.includes("state"));
    for (const file of files.filter((file) => !own.includes(file))) await check(file);
    for (const file of own) await checkState(file);
    console.log("browser: passed");
  }
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}
