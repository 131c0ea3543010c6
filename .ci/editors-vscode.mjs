// Tests the extension in Visual Studio Code: its server and workbench, as packed by code-server, in a browser. A payload is
// opened, the problems are compared with `geplint check`, and a quick fix, a completion and the predicted response are used
// with the keyboard. node editors-vscode.mjs GEPLINT VSIX CODE_SERVER CHROMIUM FOLDER
import { execFileSync, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";

const [geplint, vsix, codeServer, chromium, folder] = process.argv.slice(2);
const { chromium: driver } = createRequire(path.join(codeServer, "package.json"))("playwright-core");
const WAIT = Number(process.env.GEPLINT_WAIT ?? 120_000);

const workspace = path.join(folder, "workspace");
const data = path.join(folder, "data");
fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(workspace, { recursive: true });
for (const [scope, settings] of Object.entries({
  User: {
    "workbench.startupEditor": "none",
    "telemetry.telemetryLevel": "off",
    "json.validate.enable": false,
    "files.autoSave": "off",
  },
  Machine: { "geplint.path": geplint },
})) {
  fs.mkdirSync(path.join(data, scope), { recursive: true });
  fs.writeFileSync(path.join(data, scope, "settings.json"), JSON.stringify(settings));
}
const file = path.join(workspace, "a.json");
fs.writeFileSync(file, '[\n  {\n    "ClientContactCode": "C-1",\n    "InterfaceStatus": "Success",\n    "Nonsense": 1,\n  }\n]\n');
const report = spawnSync(geplint, ["check", "--format", "json", "a.json"], { cwd: workspace, encoding: "utf8" });
const wanted = JSON.parse(report.stdout).findings.map((finding) => finding.message);
if (wanted.length < 2) throw new Error(`geplint check finds ${wanted.length}`);

const port = await new Promise((resolve) => {
  const probe = net.createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});
const environment = { ...process.env, HOME: folder };
const common = ["--user-data-dir", data, "--extensions-dir", path.join(folder, "extensions")];
const entry = path.join(codeServer, "node_modules/code-server/out/node/entry.js");
execFileSync("node", [entry, ...common, "--install-extension", vsix], { env: environment, stdio: "ignore" });
const server = spawn(
  "node",
  [entry, ...common, "--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"],
  { env: environment, stdio: ["ignore", "pipe", "ignore"] },
);
await new Promise((resolve, reject) => {
  server.stdout.on("data", (text) => String(text).includes("HTTP server listening") && resolve());
  server.on("exit", (code) => reject(new Error(`code-server has ended with ${code}`)));
});
server.removeAllListeners("exit");

const browser = await driver.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
page.setDefaultTimeout(WAIT);
// Spaces of the editor are no-break spaces.
const plain = (text) => text.replaceAll("\u00a0", " ");
const text = async (selector) => plain((await page.$$eval(selector, (all) => all.map((one) => one.textContent))).join("\n"));
const until = async (what, holds) => {
  for (const end = Date.now() + WAIT; Date.now() < end; await page.waitForTimeout(200)) {
    if (await holds()) return console.log(`vscode: ${what}`);
  }
  throw new Error(`not seen in ${WAIT / 1000} s: ${what}`);
};
const command = async (name) => {
  await page.keyboard.press("F1");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(name);
  await until(`the command "${name}" is offered`, async () => (await text(".quick-input-list .monaco-list-row.focused")).includes(name));
  await page.keyboard.press("Enter");
};
const goTo = async (line, column) => {
  await page.keyboard.press("Control+g");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(`${line},${column}`);
  await page.keyboard.press("Enter");
};
const lines = ".editor-instance .view-lines .view-line";
try {
  await page.goto(`http://127.0.0.1:${port}/?folder=${workspace}`);
  await page.waitForSelector(".monaco-workbench");
  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "a.json" }).dblclick();
  await page.waitForSelector(lines);
  await page.keyboard.press("Control+Shift+M");
  await until(`the ${wanted.length} problems are those of geplint check`, async () => {
    const problems = await text(".markers-panel .monaco-list-row");
    return wanted.every((message) => problems.includes(plain(message)));
  });
  await page.locator(lines).first().click();
  // The comma after the last member.
  await goTo(5, 18);
  await until("there are quick fixes", async () => {
    await page.keyboard.press("Control+.");
    await page.waitForTimeout(1000);
    return (await text(".action-widget .monaco-list-row")).includes("Remove the comma");
  });
  await page.keyboard.press("Enter");
  await until("a quick fix has removed the comma", async () => /"Nonsense": 1\n/.test(await text(lines)));
  // The name of the second member, typed again.
  await goTo(4, 21);
  for (let index = 0; index < 3; index += 1) await page.keyboard.press("Backspace");
  // Keys that are pressed while the editor is busy may be lost.
  await until("a name is offered", async () => {
    await page.keyboard.press("Control+Space");
    await page.waitForTimeout(1000);
    return (await text(".suggest-widget .monaco-list-row")).includes("InterfaceStatus");
  });
  await page.keyboard.press("Enter");
  await until("a name is completed", async () => (await text(lines)).includes('"InterfaceStatus": "Success"'));
  await command("geplint: Show predicted response");
  await until("the predicted response is shown beside it", async () => (await text(".tab")).includes("response") && (await text(lines)).includes("statusCode"));
  await page.locator(lines).first().click();
  await goTo(5, 8);
  await until("there is an ignore", async () => {
    await page.keyboard.press("Control+.");
    await page.waitForTimeout(1000);
    return (await text(".action-widget .monaco-list-row")).includes("Ignore unknown-property");
  });
  await until("the ignore is chosen", async () => {
    if ((await text(".action-widget .monaco-list-row.focused")).includes("Ignore unknown-property")) return true;
    await page.keyboard.press("ArrowDown");
    return false;
  });
  await page.keyboard.press("Enter");
  await until("geplint.toml is shown with the ignore", async () => (await text(".tab.active")).includes("geplint.toml") && (await text(lines)).includes('reason = "say why'));
} catch (error) {
  await page.screenshot({ path: path.join(folder, "failed.png") });
  console.error(`what was seen: ${folder}/failed.png`);
  throw error;
} finally {
  await browser.close();
  server.kill();
}
