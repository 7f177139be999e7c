// Each view of a page in Chromium: `node tests/campaigns/page_views.mjs PAGE MODULES [OUT] [VIEW...]`.
//
// MODULES is a folder where `npm install playwright-core axe-core` was run. Each view (by default all,
// and the first items) is shown at 400, 800 and 1,600 pixels, light and dark, and once without script.
// It asks that nothing is requested, no script fails, nothing is wider than the window, axe finds
// nothing, and exactly the view that was asked for is shown. With OUT, screenshots go there.
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";

const [page, modules, out, ...wanted] = process.argv.slice(2);
const need = createRequire(path.resolve(modules, "x.js"));
const { chromium } = need("playwright-core");
const axe = fs.readFileSync(need.resolve("axe-core/axe.min.js"), "utf8");
const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(fs.existsSync);
const address = `file://${path.resolve(page)}`;
if (out) fs.mkdirSync(out, { recursive: true });

// Run inside of the page.
const shown = () => [...document.querySelectorAll(".view")].filter((one) => getComputedStyle(one).display !== "none");
const state = `(() => {
  for (const one of document.querySelectorAll(".top, main, .foot")) one.style.overflowX = "visible";
  const shown = (${shown})();
  for (const one of shown[0].querySelectorAll("details")) if (shown[0].querySelectorAll("details[open]").length < 6) one.open = true;
  const root = document.documentElement;
  return { ids: shown.map((one) => one.id), wider: root.scrollWidth - root.clientWidth };
})()`;
const check = (isWhole) => `${axe}; axe.run(${isWhole ? "document" : `(${shown})()[0]`}, { resultTypes: ["violations"] }).then((found) =>
  found.violations.map((one) => one.id + ": " + one.nodes.slice(0, 2).map((node) => node.html.slice(0, 150)).join(" | ")))`;

const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
let faults = 0;
let looks = 0;
const tell = (...said) => { faults += 1; console.log(...said); };

const look = async (scheme, width, javaScriptEnabled) => {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, javaScriptEnabled });
  const tab = await context.newPage();
  const name = `${scheme} ${width}${javaScriptEnabled ? "" : " without script"}`;
  tab.on("request", (one) => { if (one.url().split("#")[0] !== address && !one.url().startsWith("data:")) tell(name, "asks for", one.url()); });
  tab.on("console", (one) => { if (["error", "warning"].includes(one.type())) tell(name, one.text()); });
  tab.on("pageerror", (one) => tell(name, String(one)));
  await tab.goto(address);
  const session = await context.newCDPSession(tab); // evaluates whatever the page's policy says
  const run = async (expression) => {
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails).slice(0, 400));
    return result.value;
  };
  const every = await run(`[...document.querySelectorAll(".view")].map((one) => one.id)`);
  const views = wanted.length ? wanted : [...every.filter((one) => one.startsWith("view-")), ...every.filter((one) => !one.startsWith("view-")).slice(0, 2)];
  for (const [at, view] of views.entries()) {
    await tab.goto(`${address}#${encodeURIComponent(view)}`);
    await tab.waitForTimeout(100);
    looks += 1;
    if (out) await tab.screenshot({ path: path.join(out, `${view}-${width}-${scheme}${javaScriptEnabled ? "" : "-plain"}.png`) });
    const { ids, wider } = await run(state);
    const home = await run(`document.getElementById(${JSON.stringify(view)}).closest(".view").id`);
    if (ids.length !== 1 || ids[0] !== home) tell(name, view, "shows", ids);
    if (wider > 0) tell(name, view, `is ${wider} pixels wider than the window`);
    // axe waits for timers, which do not come where script is off
    for (const found of javaScriptEnabled ? await run(check(at === 0 && width === 1600)) : []) tell(name, view, found);
  }
  await context.close();
};

for (const scheme of ["light", "dark"]) for (const width of [400, 800, 1600]) await look(scheme, width, true);
await look("light", 800, false);
await browser.close();
console.log(`${looks} looks, ${faults} faults`);
process.exit(faults ? 1 : 0);
