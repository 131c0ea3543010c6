// The page of `geplint serve` in a real browser. `.ci/serve-page` runs it:
//   node tests/serve/page.mjs GEPLINT CHROMIUM MODULES SHOTS
// GEPLINT: the program, built with the feature `serve`. CHROMIUM: the browser. MODULES: the folder with playwright-core and axe-core.
// SHOTS: a folder for screenshots.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [geplint, executablePath, modules, shots] = process.argv.slice(2).map((argument) => path.resolve(argument));
const require = createRequire(path.join(modules, "package.json"));
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
fs.mkdirSync(shots, { recursive: true });

const documented = (name) => fs.readFileSync(new URL(`../../testdata/documented/${name}`, import.meta.url), "utf8");

// ---- the server

const server = spawn(geplint, ["serve", "--listen", "127.0.0.1:0", "--no-config"], { stdio: ["ignore", "pipe", "pipe"] });
const base = await new Promise((found, failed) => {
  let printed = "";
  const read = (text) => {
    printed += text;
    const url = /(http:\/\/\S+?)\/_geplint\//.exec(printed);
    if (url) found(url[1]);
  };
  for (const stream of [server.stdout, server.stderr]) stream.setEncoding("utf8").on("data", read);
  server.on("exit", (code) => failed(new Error(`geplint serve ended with ${code}: ${printed}`)));
});
server.removeAllListeners("exit");

const endpoints = await (await fetch(`${base}/_geplint/api/endpoints`)).json();
const send = async (id, body, headers = {}) => {
  const endpoint = endpoints.find((known) => known.id === id);
  const response = await fetch(base + endpoint.path, {
    method: endpoint.method, body, headers: { "content-type": "application/json", ...headers },
  });
  return { status: response.status, text: await response.text() };
};
const detail = async (seq) => (await fetch(`${base}/_geplint/api/calls/${seq}`)).json();

// ---- the browser: requests to other hosts and errors fail the test

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args: flags });
const complaints = [];
const open = async (options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.on("console", (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(`${base}/_geplint/`) && !request.url().startsWith("data:")) complaints.push(`request: ${request.url()}`);
  });
  page.on("dialog", (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  const response = await page.goto(`${base}/_geplint/`);
  const policy = response.headers()["content-security-policy"];
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  return page;
};
const quiet = () => assert.deepEqual(complaints, []);
const focused = (page) => page.evaluate(() => {
  const active = document.activeElement;
  return active.id || active.dataset.view || active.className || active.tagName.toLowerCase();
});
const until = (page, condition, argument) => page.waitForFunction(condition, argument, { timeout: 60_000 });
const opened = (page, seq) => until(page, (seq) => document.querySelector("#call-title")?.textContent.startsWith(`Call ${seq}:`), seq);

const tests = [];
const test = (name, run) => tests.push([name, run]);

test("an empty list shows the address for calls", async () => {
  const page = await open();
  await page.getByText("No calls yet.", { exact: true }).waitFor();
  assert.equal(await page.locator("#none code").textContent(), base);
  await page.context().close();
});

test("calls are listed as they arrive", async () => {
  const page = await open();
  const answers = [
    await send("contact-details", documented("contact-details/1-success.request.json")),
    await send("contact-details", documented("contact-details/2-error.request.json")),
    await send("contact-details", documented("contact-details/3-error.request.json")),
    await send("user-group", documented("user-group/2-error.request.json")),
  ];
  assert.deepEqual(answers.map((answer) => answer.status), [200, 400, 400, 400]);
  await fetch(`${base}/nowhere`, { method: "POST", body: "x" });
  await until(page, () => document.querySelectorAll(".call").length === 5);
  assert.deepEqual(await page.locator(".call .status").allTextContents(), ["200", "400", "400", "400", "404"]);
  assert.match(await page.locator(".call").nth(1).textContent(), /ContactDetails.*#2.*1 finding · CM_ContactCode_2/);
  assert.match(await page.locator("#state").textContent(), /5 calls so far, the last one answered with 404/);
  await page.fill("#filter", "usergroup 400");
  await until(page, () => document.querySelectorAll(".call").length === 1);
  assert.equal(await page.locator("#count").textContent(), "1 of 5 calls");
  await page.context().close();
});

test("findings are at their lines", async () => {
  const page = await open();
  for (const seq of [2, 3, 4]) {
    const { request, response, findings } = await detail(seq);
    assert.ok(findings.length > 0);
    await page.goto(`${base}/_geplint/#call-${seq}`);
    await opened(page, seq);
    const advice = findings.filter((finding) => finding.severity === "advice").length;
    assert.equal(await page.locator(".note").count(), findings.length - advice, "advice is not shown at first");
    if (advice) await page.getByLabel(`Show advice (${advice})`).check();
    const views = page.locator("#detail .text");
    const lines = await views.nth(0).locator(".ln").evaluateAll((nodes) => nodes.map((node) => node.querySelector(".code").textContent));
    assert.deepEqual(lines, request.body.replace(/\n$/, "").split("\n"), "the request, line by line");
    const answer = await views.nth(1).locator(".code").allTextContents();
    assert.deepEqual(answer, response.body.replace(/\n$/, "").split("\n"), "the response, line by line");
    const notes = await page.locator(".note").evaluateAll((notes) => notes.map((note) => {
      let line = note.previousElementSibling;
      while (!line.classList.contains("ln")) line = line.previousElementSibling;
      return { line: Number(line.querySelector(".no").textContent), text: note.textContent, marks: [...line.querySelectorAll("mark")].map((mark) => mark.textContent) };
    }));
    const sorted = [...findings].sort((a, b) => a.start.offset - b.start.offset);
    assert.equal(notes.length, sorted.length);
    for (const [index, finding] of sorted.entries()) {
      const note = notes[index];
      assert.equal(note.line, finding.start.line);
      for (const part of [finding.message, finding.rule, finding.source, finding.predicted?.errorDescription ?? ""]) assert.ok(note.text.includes(part), `${part} in ${note.text}`);
      const bytes = Buffer.from(request.body).subarray(finding.start.offset, finding.end.offset).toString().split("\n")[0];
      assert.ok(note.marks.some((mark) => mark === bytes), `${bytes} of ${note.marks}`);
    }
    await page.locator("#detail .findings button").nth(sorted.length - 1).click();
    assert.equal(await focused(page), `note-${sorted.length - 1}`);
  }
  await page.context().close();
});

test("the page can be used with the keyboard alone", async () => {
  const page = await open();
  await until(page, () => document.querySelectorAll(".call").length === 5);
  const order = [];
  for (let step = 0; step < 9; step++) {
    await page.keyboard.press("Tab");
    order.push(await focused(page));
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(outline, "none", `the focus on ${order.at(-1)} is seen`);
  }
  assert.deepEqual(order, ["skip", "calls", "try", "tenant", "save", "reset", "filter", "list", "follow"]);
  await page.keyboard.press("Shift+Tab");
  const active = () => page.locator("#list").getAttribute("aria-activedescendant");
  for (const [key, row] of [["Home", 1], ["ArrowDown", 2], ["ArrowDown", 3], ["ArrowUp", 2], ["End", 5], ["PageUp", 1], ["ArrowDown", 2]]) {
    await page.keyboard.press(key);
    await until(page, (row) => document.querySelector("#list").getAttribute("aria-activedescendant") === `call-row-${row}`, row);
    assert.equal(await page.locator(`#${await active()}`).getAttribute("aria-posinset"), String(row));
  }
  await page.keyboard.press("Enter");
  await opened(page, 2);
  assert.equal(await focused(page), "call-title");
  // The findings, the request and the response are reached and scrolled from here.
  const reached = [];
  for (let step = 0; step < 10; step++) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent.slice(0, 12)));
    if (reached.at(-1) === "Predicted response body") break;
  }
  for (const label of ["Request body", "Predicted response body"]) assert.ok(reached.includes(label), `${label} in ${reached}`);
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "list");
  // Reset opens a confirmation, which Escape cancels.
  await page.focus("#reset");
  await page.keyboard.press("Enter");
  await page.locator("#sure[open]").waitFor();
  await page.keyboard.press("Escape");
  await until(page, () => !document.querySelector("#sure").open);
  assert.equal(await page.locator(".call").count(), 5);
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  // The view is shown once the browser has changed the address.
  await until(page, () => document.activeElement.id === "payload");
  await page.keyboard.type("[{\"GroupName\": \"G\"}]");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Predicted for user-group").waitFor();
  assert.equal(await focused(page), "tried");
  await page.context().close();
});

const paste = async (page, text) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await page.focus("#payload");
  await page.keyboard.press("Control+V");
};

test("a payload is pasted and tried", async () => {
  const page = await open();
  await page.goto(`${base}/_geplint/#try`);
  await paste(page, documented("contact-interface-status/2-error.request.json"));
  await page.getByRole("button", { name: "Predict" }).click();
  await page.getByText("Predicted for contact-interface-status").waitFor();
  const response = await page.getByRole("region", { name: "Predicted response body" }).locator(".code").allTextContents();
  assert.deepEqual(JSON.parse(response.join("\n")), JSON.parse(documented("contact-interface-status/2-error.response.json")));
  assert.equal(await page.locator("#tried .note").count(), 1);
  await page.fill("#payload", "{\"a\": 1}");
  await page.keyboard.press("Control+Enter");
  await page.getByText("No response is predicted").waitFor();
  assert.equal((await (await fetch(`${base}/_geplint/api/calls?after=0`)).json()).last, 5, "trying is no call");
  // A call is copied as a draft.
  await page.goto(`${base}/_geplint/#call-4`);
  await page.getByRole("button", { name: "Edit and try" }).click();
  assert.equal(await page.inputValue("#payload"), documented("user-group/2-error.request.json"));
  assert.equal(await page.inputValue("#endpoint"), "user-group");
  await page.context().close();
});

const HOSTILE = "</scr" + "ipt><scr" + "ipt>pwned=1</scr" + "ipt><img src=x onerror=pwned=1><svg onload=pwned=1> \u202eevil\u202c \u2066\u200b\u0007\u009b31m ::error::x";

test("hostile payloads are shown as text", async () => {
  const page = await open();
  const group = { [HOSTILE]: HOSTILE, GroupName: HOSTILE, ContactCodes: [{ ContactCode: "a@example.com" }] };
  await send("user-group", JSON.stringify([group], null, 1), { "x-hostile": "<img src=x onerror=pwned=1>" });
  await until(page, () => document.querySelectorAll(".call").length === 6);
  await page.goto(`${base}/_geplint/#call-6`);
  await opened(page, 6);
  for (const summary of await page.locator("summary").all()) await summary.click();
  await page.goto(`${base}/_geplint/#try`);
  await page.fill("#payload", JSON.stringify([group]));
  await page.keyboard.press("Control+Enter");
  await page.locator("#tried .note").first().waitFor();
  const seen = await page.evaluate(() => ({
    pwned: typeof pwned,
    scripts: document.scripts.length,
    loose: document.querySelectorAll("main img, main svg, main script, main iframe, main [style*=url]").length,
    names: [...new Set([...document.querySelectorAll(".text *")].map((node) => node.localName))].sort(),
    text: document.querySelector("main").textContent,
  }));
  assert.deepEqual([seen.pwned, seen.scripts, seen.loose], ["undefined", 1, 0]);
  assert.deepEqual(seen.names, ["bdi", "div", "mark", "span"]);
  assert.doesNotMatch(seen.text.replaceAll("\n", ""), /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/);
  assert.ok(seen.text.includes("\\u202eevil\\u202c") && seen.text.includes("onerror=pwned=1"));
  await page.context().close();
});

test("lines of 5 MB are shown in parts", async () => {
  const page = await open();
  const long = "\u00fc\u{1f600}x".repeat(750_000);
  const body = `[{"Description": "${long}", "ContactCodes": [{"ContactCode": "a@example.com"}], "GroupName": "G"}]`;
  assert.ok(Buffer.byteLength(body) > 5_000_000);
  await send("user-group", body);
  await until(page, () => document.querySelector("#call-row-7"));
  await page.goto(`${base}/_geplint/#call-7`);
  await opened(page, 7);
  const { findings } = await detail(7);
  const finding = findings.find((finding) => finding.rule === "unknown-contact");
  assert.ok(finding.start.column > 5_000_000);
  const marked = await page.locator(".text mark").allTextContents();
  assert.ok(marked.includes("\"a@example.com\""), String(marked));
  const shown = () => page.evaluate(() => document.querySelector("main").textContent.length);
  const before = await shown();
  assert.ok(before < 50_000, `${before} characters`);
  await page.locator("#detail .clip").first().click();
  assert.ok(await shown() > before);
  assert.ok(await shown() < before + 10_000);
  assert.doesNotMatch(await page.locator(".text").first().textContent(), /\\ud83d|\\ude00|\ufffd/);
  // Pasted text of this size is stored outside of the text box.
  await page.goto(`${base}/_geplint/#try`);
  await paste(page, body);
  await page.getByText("It is too long to be edited here.").waitFor();
  assert.equal(await page.inputValue("#payload"), "");
  await page.getByRole("button", { name: "Predict" }).click();
  await page.locator("#tried mark").first().waitFor();
  assert.ok((await page.locator("#tried mark").allTextContents()).includes("\"a@example.com\""));
  await page.getByRole("button", { name: "Remove it" }).click();
  assert.ok(await page.locator("#payload").isEnabled());
  // Many lines with findings far apart.
  const records = Array.from({ length: 20_000 }, (_, at) => JSON.stringify({ GroupName: `G${at}`, ContactCodes: [{ ContactCode: at % 50 ? `C${at}` : "a@example.com" }] }));
  await send("user-group", `[\n${records.join(",\n")}\n]`);
  await page.goto(`${base}/_geplint/#call-8`);
  await opened(page, 8);
  assert.ok(await page.locator(".ln").count() < 3_000);
  await page.locator("#detail .findings button").last().click();
  await until(page, () => document.querySelectorAll("#detail .findings li").length > 201);
  await page.locator("#detail .findings button").nth(390).click();
  assert.equal(await focused(page), "note-390");
  await page.locator("#detail .gap button").first().click();
  await page.context().close();
});

test("of 10,000 calls only the visible rows are in the document", async () => {
  const page = await open();
  const body = JSON.stringify([{ GroupName: "G", ContactCodes: [{ ContactCode: "C-1" }] }]);
  for (let sent = 0; sent < 10_000; sent += 50) await Promise.all(Array.from({ length: 50 }, () => send("user-group", body)));
  await until(page, () => document.querySelector("#count").textContent === "10,000 calls");
  await until(page, () => document.querySelector("#list").lastElementChild && [...document.querySelectorAll(".call")].some((row) => row.getAttribute("aria-posinset") === "10000"));
  // The cost of scrolling is counted in created rows, not in time.
  await page.evaluate(() => {
    window.made = 0;
    window.tasks = [];
    new MutationObserver((changes) => { for (const change of changes) window.made += change.addedNodes.length; }).observe(document.querySelector("#canvas"), { childList: true });
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((entry) => Math.round(entry.duration)))).observe({ type: "longtask" });
  });
  const rows = () => page.locator(".call").count();
  const inSight = await rows();
  assert.ok(inSight < 60, `${inSight} rows`);
  let steps = 0;
  for (const top of Array.from({ length: 100 }, (_, step) => step * 4_000)) {
    await page.evaluate((top) => new Promise((done) => { document.querySelector("#list").scrollTop = top; requestAnimationFrame(() => requestAnimationFrame(done)); }), top);
    steps += 1;
    assert.ok(await rows() < 60);
  }
  const made = await page.evaluate(() => window.made);
  assert.ok(made <= steps * 60 + 60, `${made} rows made in ${steps} steps`);
  await page.focus("#list");
  await page.keyboard.press("Home");
  for (let step = 0; step < 20; step++) await page.keyboard.press("PageDown");
  await page.keyboard.press("End");
  await until(page, () => [...document.querySelectorAll(".call.active")].some((row) => row.getAttribute("aria-posinset") === "10000"));
  await page.fill("#filter", "#nothing");
  await page.getByText("No call matches the filter.").waitFor();
  console.log(`   tasks of more than 50 ms while scrolling: ${JSON.stringify(await page.evaluate(() => window.tasks))}`);
  await page.context().close();
});

test("verify reads the saved HAR, and reset deletes all calls", async () => {
  const page = await open();
  await page.locator(".call").first().waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
  const file = path.join(shots, "calls.har");
  await download.saveAs(file);
  const verified = spawnSync(geplint, ["verify", "--no-config", "--self", file], { encoding: "utf8" });
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  const same = /the same now +(\d+) +100\.0 % of (\d+) compared/.exec(verified.stdout);
  assert.ok(same && same[1] === same[2] && Number(same[1]) > 9_000, verified.stdout);
  const plain = spawnSync(geplint, ["verify", "--no-config", file], { encoding: "utf8" });
  assert.equal(plain.status, 3, plain.stdout + plain.stderr);
  assert.match(plain.stderr, /predictions of geplint serve/);
  await page.click("#reset");
  await page.locator("#sure button[value=reset]").click();
  await page.getByText("No calls yet.", { exact: true }).waitFor();
  await page.context().close();
});

test("tenant facts are shown and replaced", async () => {
  const page = await open();
  await page.goto(`${base}/_geplint/#tenant`);
  await page.getByText("No call has changed a contact.").waitFor();
  await page.fill("#tenant-text", "contacts = [");
  await page.getByRole("button", { name: "Save the tenant file" }).click();
  await page.getByText(/Not saved: line 1/).waitFor();
  complaints.splice(0, complaints.length, ...complaints.filter((complaint) => !complaint.includes("status of 400")));
  await page.fill("#tenant-text", "contacts = [\"C-1\", \"<b>\"]\n");
  await page.getByRole("button", { name: "Save the tenant file" }).click();
  await page.locator("#state", { hasText: "The tenant file is saved." }).waitFor();
  assert.match(await page.locator("#facts").textContent(), /contacts2/);
  await send("contact-details", documented("contact-details/1-success.request.json"));
  await page.reload();
  await page.getByRole("region", { name: "Contacts changed by calls" }).waitFor();
  await page.context().close();
});

test("a reset by another client empties the list, and a fault is named", async () => {
  const body = documented("contact-details/3-error.request.json");
  await fetch(`${base}/_geplint/reset`, { method: "POST" });
  await send("contact-details", body);
  const page = await open();
  await page.locator(".call").first().waitFor();
  // More calls than on the page: their numbers alone do not show the reset.
  await fetch(`${base}/_geplint/reset`, { method: "POST" });
  for (const fault of ["none", "503", "none"]) await send("contact-details", body, { "x-geplint-fault": fault });
  await until(page, () => document.querySelectorAll(".call").length === 3);
  assert.deepEqual(await page.locator(".call .seq").allTextContents(), ["#1", "#2", "#3"]);
  assert.deepEqual(await page.locator(".call .status").allTextContents(), ["400", "503 (fault 503)", "400"]);
  await page.locator("#state", { hasText: "3 calls so far" }).waitFor();
  await page.context().close();
});

test("axe finds no violation of WCAG 2.2 AA, narrow and wide, dark and light", async () => {
  await fetch(`${base}/_geplint/reset`, { method: "POST" });
  await send("contact-details", documented("contact-details/1-success.request.json"));
  await send("contact-details", documented("contact-details/3-error.request.json"));
  await send("user-group", documented("user-group/2-error.request.json"));
  const { last } = await (await fetch(`${base}/_geplint/api/calls`)).json();
  for (const [width, height] of [[1360, 860], [360, 740]]) for (const colorScheme of ["light", "dark"]) {
    const page = await open({ viewport: { width, height }, colorScheme, bypassCSP: true });
    for (const view of ["calls", `call-${last - 1}`, "try", "tenant"]) {
      await page.goto(`${base}/_geplint/#${view}`);
      await until(page, () => document.querySelectorAll(".call").length === 3 || document.querySelector("#calls").hidden);
      if (view.startsWith("call-")) await opened(page, last - 1);
      if (view === "try") {
        await page.fill("#payload", documented("contact-details/3-error.request.json"));
        await page.keyboard.press("Control+Enter");
        await page.locator("#tried .note").first().waitFor();
      }
      if (view === "tenant") await page.getByText("calls that changed something").waitFor();
      await page.screenshot({ path: path.join(shots, `${view.replace(/-\d+/, "")}-${width}-${colorScheme}.png`) });
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wider <= 0, `${view} at ${width} is ${wider} pixels too wide`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
      const broken = violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(" ")).slice(0, 3)}: ${rule.help}`);
      assert.deepEqual(broken, [], `${view} ${width} ${colorScheme}`);
    }
    await page.context().close();
  }
});

test("a stopped server is shown as stopped", async () => {
  const page = await open();
  await page.locator(".call").first().waitFor();
  quiet();
  server.kill("SIGTERM");
  await page.locator("#state", { hasText: "No connection to the server" }).waitFor({ timeout: 60_000 });
  complaints.length = 0;
  await page.context().close();
});

let failed = 0;
for (const [name, run] of tests) {
  try {
    await run();
    quiet();
    console.log(`ok  ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`BAD ${name}\n${error.stack}\n${complaints.join("\n")}`);
    complaints.length = 0;
  }
}
await browser.close();
server.kill("SIGKILL");
process.exit(failed ? 1 : 0);
