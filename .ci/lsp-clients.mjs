// The client of `.ci/lsp-clients`: node client.mjs GEPLINT REPOSITORY [measure]; with `measure` nothing is compared.
// SKIP_PEER=1 leaves out vscode-json-language-server, which takes minutes. SCHEMA=FILE is the schema for it, in place of what
// `geplint schema` prints.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import rpc from "vscode-jsonrpc/node.js";
import { TextDocument } from "vscode-languageserver-textdocument";

const [geplint, repository, only] = process.argv.slice(2);
const work = path.join(import.meta.dirname, "work");
fs.rmSync(work, { recursive: true, force: true });
fs.mkdirSync(path.join(work, ".git"), { recursive: true });

/** A server, and the diagnostics that it has sent. */
class Client {
  constructor(command, args, folder) {
    this.child = spawn(command, args, { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
    this.connection = rpc.createMessageConnection(
      new rpc.StreamMessageReader(this.child.stdout),
      new rpc.StreamMessageWriter(this.child.stdin),
    );
    this.waiting = new Map();
    this.connection.onNotification("textDocument/publishDiagnostics", (params) => {
      const key = `${params.uri} ${params.version}`;
      this.waiting.get(key)?.(params.diagnostics);
      this.waiting.delete(key);
    });
    this.connection.onNotification(() => {});
    this.connection.onRequest(() => null);
    this.connection.listen();
    this.folder = folder;
  }

  async start(capabilities = {}) {
    const result = await this.connection.sendRequest("initialize", {
      processId: process.pid,
      rootUri: pathToFileURL(this.folder).href,
      capabilities: { general: { positionEncodings: ["utf-16"] }, ...capabilities },
    });
    await this.connection.sendNotification("initialized", {});
    return result;
  }

  open(document) {
    const { uri, languageId, version } = document;
    return this.connection.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId, version, text: document.getText() },
    });
  }

  change(document, version, contentChanges) {
    const sent = this.send(document, version, contentChanges);
    TextDocument.update(document, contentChanges, version);
    return sent;
  }

  /** Sends a change without applying it to the local document. */
  send(document, version, contentChanges) {
    return this.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri: document.uri, version },
      contentChanges,
    });
  }

  /** Waits for the diagnostics of a version; must be called before they are sent. */
  diagnostics(document, version) {
    return new Promise((resolve) => this.waiting.set(`${document.uri} ${version}`, resolve));
  }

  pull(document) {
    return this.connection.sendRequest("textDocument/diagnostic", { textDocument: { uri: document.uri } });
  }

  async end() {
    await this.connection.sendRequest("shutdown");
    await this.connection.sendNotification("exit");
    await new Promise((resolve) => this.child.once("exit", resolve));
  }

  /** The processor time of the server, in ms. */
  cpu() {
    const fields = fs.readFileSync(`/proc/${this.child.pid}/stat`, "utf8").split(") ").pop().split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  /** The memory of the server, in KiB. */
  memory() {
    const status = fs.readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)[1]);
  }
}

function document(name, text) {
  return TextDocument.create(pathToFileURL(path.join(work, name)).href, "json", 1, text);
}

/** A deterministic pseudorandom generator. */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

// ---- comparison with check ----

const SEVERITIES = { 1: "error", 2: "warning", 4: "advice" };

/** Removes control characters, which are shown differently in JSON and in an editor. */
const plain = (message) => message.replace(/\\(u\{[0-9a-f]+\}|[a-z0])|[^ -~]/g, "");

const shown = (diagnostics) =>
  diagnostics.map((one) => {
    const { line, character } = one.range.start;
    return [one.code, SEVERITIES[one.severity], plain(one.message.split("\n")[0]), line, character].join(" ");
  });

/** Returns the findings of a run over a folder, by file. */
function findings(folder, texts) {
  let report;
  try {
    report = execFileSync(geplint, ["check", "--format", "json", "--quiet", "."], {
      cwd: folder,
      maxBuffer: 1 << 30,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch (error) {
    report = error.stdout;
  }
  const files = new Map();
  for (const one of JSON.parse(report).findings) {
    const text = texts.get(one.path);
    const before = Buffer.from(text.getText()).subarray(0, one.start.offset).toString();
    const { line, character } = text.positionAt(before.length);
    const key = [one.rule, one.severity, plain(one.message), line, character].join(" ");
    files.set(one.path, [...(files.get(one.path) ?? []), key]);
  }
  return files;
}

async function play(name, first, edits) {
  const folder = path.join(work, name);
  fs.mkdirSync(path.join(folder, ".git"), { recursive: true });
  const client = new Client(geplint, ["lsp"], folder);
  await client.start();
  const live = document(`${name}/live.json`, first);
  let answer = client.diagnostics(live, 1);
  client.open(live);
  await answer;
  const got = [];
  const texts = new Map();
  for (const [index, edit] of edits.entries()) {
    const version = index + 2;
    answer = client.diagnostics(live, version);
    client.change(live, version, edit(live));
    const step = `${String(index).padStart(4, "0")}/live.json`;
    got.push([step, shown(await answer)]);
    texts.set(step, TextDocument.create(step, "json", 1, live.getText()));
    fs.mkdirSync(path.join(folder, path.dirname(step)));
    fs.writeFileSync(path.join(folder, step), live.getText());
  }
  await client.end();
  const wanted = findings(folder, texts);
  let count = 0;
  for (const [step, own] of got) {
    const expected = wanted.get(step) ?? [];
    count += expected.length;
    if (JSON.stringify(own) !== JSON.stringify(expected)) {
      console.error(`${name} ${step} differs from check`, { server: own, check: expected });
      process.exit(1);
    }
  }
  console.log(`${name}: ${got.length} edits, ${count} findings, each answer is that of check`);
}

const fixture = (name) => fs.readFileSync(path.join(repository, "testdata/documented", name), "utf8");

/** Replays both kinds of edits. */
async function compare() {
  const recording = JSON.parse(fs.readFileSync(path.join(repository, "testdata/lsp/recorded.json"), "utf8"));
  await play(
    "recorded",
    recording.text,
    recording.changes.map((changes) => () => changes),
  );

  const first = fixture("contact-details/2-error.request.json");
  const PIECES = ['"', "{", "}", "[", "]", ",", ":", " ", "\n", "\r\n", "0", "null", "true", "ä", "😀", "x", '"UserName": "a",'];
  const next = numbers(20240);
  /** Returns an offset that is not inside a surrogate pair. */
  function place(text, wanted) {
    const inside = (at) => /[\uDC00-\uDFFF]/.test(text[at] ?? "") || (text[at - 1] === "\r" && text[at] === "\n");
    return inside(wanted) ? wanted - 1 : wanted;
  }
  await play(
    "random",
    first,
    Array.from({ length: 2000 }, (_, index) => (live) => {
      if (index % 25 === 24) return [{ text: first }];
      const text = live.getText();
      const start = place(text, next(text.length + 1));
      const end = next(3) === 0 ? place(text, Math.min(start + next(12), text.length)) : start;
      const range = { start: live.positionAt(start), end: live.positionAt(Math.max(start, end)) };
      return [{ range, text: PIECES[next(PIECES.length)] }];
    }),
  );
}

if (only !== "measure") await compare();

// ---- measurements ----

const [sparse] = JSON.parse(fixture("contact-details/1-success.request.json"));
const street = { AddressLine1: "1 High Street", City: "Springfield", StateCode: "IL", ZipCode: "62701" };
const full = { ...sparse, Address: { ...sparse.Address, ...street } };

/** Returns a payload of this size, in bytes, with records of one kind; one record in fifty has an unknown name. */
function payload(bytes, record = full) {
  const records = [];
  let length = 0;
  for (let index = 0; length < bytes; index++) {
    const text = JSON.stringify(record, null, 2)
      .replaceAll(/CM_ContactCode_\d+/g, `C-${index}`)
      .replaceAll(/[\w.]+@gep\.com/g, `user-${index}@example.com`);
    const odd = index % 50 === 0 ? text.replace("{", '{ "Nonsense": 1,') : text;
    records.push(odd);
    length += odd.length + 2;
  }
  return `[${records.join(",\n")}]`;
}

const median = (values) => values.toSorted((one, other) => one - other)[values.length >> 1];
const ms = (value) => `${value.toFixed(1)} ms`;

/** A keystroke inside a string in the middle of the text. */
function keystroke(live) {
  const text = live.getText();
  const at = text.indexOf('": "', text.length >> 1) + 4;
  const position = live.positionAt(at);
  return [{ range: { start: position, end: position }, text: "a" }];
}

async function keystrokes(client, live, count, answer) {
  const times = [];
  for (let index = 0; index < count; index++) {
    const version = live.version + 1;
    const edit = keystroke(live);
    const wait = client.waiting && answer === "push" ? client.diagnostics(live, version) : undefined;
    const begun = performance.now();
    client.send(live, version, edit);
    await (wait ?? client.pull(live));
    times.push(performance.now() - begun);
    TextDocument.update(live, edit, version);
  }
  return times;
}

/** Measures the latency of keystrokes, and the processor time of one, which does not depend on the load of the machine. */
async function measured(client, live, count, answer) {
  const begun = client.cpu();
  const times = await keystrokes(client, live, count, answer);
  return { times, cpu: (client.cpu() - begun) / count };
}

function report(server, name, { times, cpu }, found) {
  const [usual, most] = [ms(median(times)), ms(Math.max(...times))];
  console.log(`  ${server}, ${name}: ${usual} in the median, ${most} at most, ${ms(cpu)} of processor time, ${found} diagnostics`);
}

async function schema() {
  if (process.env.SCHEMA) return JSON.parse(fs.readFileSync(process.env.SCHEMA, "utf8"));
  try {
    const text = execFileSync(geplint, ["schema", "contact-details"], { stdio: ["ignore", "pipe", "ignore"] });
    return JSON.parse(text.toString());
  } catch {
    return undefined;
  }
}

console.log("keystroke to diagnostics:");
const SHOWN = 'min-severity = "advice"\n';
for (const [name, bytes, count, record, toml] of [
  ["1 MB", 1e6, 41, full, ""],
  ["10 MB", 1e7, 21, full, ""],
  ["1 MB with advice in every record", 1e6, 41, sparse, ""],
  ["10 MB with advice in every record", 1e7, 21, sparse, ""],
  ["1 MB with advice in every record, shown", 1e6, 41, sparse, SHOWN],
  ["10 MB with advice in every record, shown", 1e7, 21, sparse, SHOWN],
]) {
  const text = payload(bytes, record);
  fs.writeFileSync(path.join(work, "geplint.toml"), toml);
  const client = new Client(geplint, ["lsp"], work);
  await client.start();
  const live = document("large.json", text);
  const opened = client.diagnostics(live, 1);
  client.open(live);
  const found = (await opened).length;
  await keystrokes(client, live, 5, "push");
  report("geplint", name, await measured(client, live, count, "push"), found);
  // The response time of requests that need no check, while a check runs.
  const waits = [];
  for (let index = 0; index < count; index++) {
    client.change(live, live.version + 1, keystroke(live));
    const begun = performance.now();
    await client.connection.sendRequest("no/such").catch(() => {});
    waits.push(performance.now() - begun);
  }
  console.log(`  geplint, ${name}: an answer while it checks, ${ms(median(waits))} in the median, ${ms(Math.max(...waits))} at most`);
  await client.end();

  // The minimum severity has no effect on a server that only uses the schema.
  if (toml !== "" || process.env.SKIP_PEER) continue;
  const body = await schema();
  if (body === undefined) {
    console.log(`  vscode-json-language-server, ${name}: NOT RUN, there is no \`geplint schema\``);
    continue;
  }
  const server = path.join(import.meta.dirname, "node_modules/.bin/vscode-json-language-server");
  const peer = new Client(server, ["--stdio"], work);
  await peer.start({ textDocument: { diagnostic: { dynamicRegistration: false } } });
  const settings = { json: { validate: { enable: true }, schemas: [{ fileMatch: ["*.json"], url: "mem:schema", schema: body }] } };
  await peer.connection.sendNotification("workspace/didChangeConfiguration", { settings });
  const other = document("large.json", text);
  peer.open(other);
  const problems = (await peer.pull(other)).items.length;
  await keystrokes(peer, other, 3, "pull");
  report("vscode-json-language-server", name, await measured(peer, other, 11, "pull"), problems);
  await peer.end();
}

fs.rmSync(path.join(work, "geplint.toml"));
{
  const client = new Client(geplint, ["lsp"], work);
  await client.start();
  const live = document("memory.json", payload(1e6));
  client.open(live);
  const at = [];
  const start = live.getText().indexOf('": "', live.getText().length >> 1) + 4;
  const [position, behind] = [live.positionAt(start), live.positionAt(start + 1)];
  for (let index = 1; index <= 10_000; index++) {
    const version = index + 1;
    const wait = index % 10 === 0 ? client.diagnostics(live, version) : undefined;
    // Inserted and deleted again, so that the length of the text does not change.
    const back = index % 2 === 0;
    const range = { start: position, end: back ? behind : position };
    client.send(live, version, [{ range, text: back ? "" : "a" }]);
    if (wait) await wait;
    if (index === 1000 || index === 10_000) at.push(client.memory());
  }
  console.log(`memory in 1 MB: ${at[0]} KiB after 1,000 edits, ${at[1]} KiB after 10,000`);
  await client.end();
}
