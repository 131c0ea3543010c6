#!/usr/bin/env node
// Starts the program for this system, and passes on arguments, standard streams and exit code unchanged.
"use strict";

const { spawn } = require("node:child_process");
const { existsSync, readdirSync } = require("node:fs");
const { constants } = require("node:os");
const { join } = require("node:path");

const programs = join(__dirname, "programs");
const file = process.platform === "win32" ? "geplint.exe" : "geplint";
// Windows on ARM runs programs for x64.
const arch = process.platform === "win32" ? "x64" : process.arch;
const system = `${process.platform}-${arch}`;
const program = join(programs, system, file);

// The exit code for "could not run" of geplint itself.
const TROUBLE = 2;

if (!existsSync(program)) {
  const known = readdirSync(programs).sort().join(", ");
  console.error(`error: this package has no geplint for ${system}, only for ${known}`);
  process.exit(TROUBLE);
}

const child = spawn(program, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
child.on("error", (error) => {
  console.error(`error: ${program} cannot be started: ${error.message}`);
  process.exit(TROUBLE);
});
// geplint ends by itself and cleans up; this process waits for it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("exit", (code, signal) => {
  process.exit(signal === null ? code : 128 + constants.signals[signal]);
});
