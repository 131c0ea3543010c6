// node notices.mjs META: the licences of the packages that are in the bundle, by esbuild's account of it.

import fs from "node:fs";
import path from "node:path";

const { inputs } = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const folders = new Set();
for (const input of Object.keys(inputs)) {
  const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (found) folders.add(found[1]);
}
if (folders.size === 0) throw new Error("the bundle has no package in it");
let text = "The extension has these packages in it, each under its own licence.\n";
for (const folder of [...folders].sort()) {
  const { name, version, license } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
  const file = fs.readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  if (!file) throw new Error(`${name} has no licence in it`);
  text += `\n---- ${name} ${version}, ${license}\n\n${fs.readFileSync(path.join(folder, file), "utf8").trim()}\n`;
}
process.stdout.write(text);
