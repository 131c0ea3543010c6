// Finds the program to start. Independent of VS Code.

import * as path from "node:path";

/** The properties of the system that determine where the program may be. */
export interface System {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  home: string;
}

/** Returns the files that may be the program, in the order in which they are tried. */
export function candidates(setting: string, system: System): string[] {
  const windows = system.platform === "win32";
  const join = windows ? path.win32.join : path.posix.join;
  const isAbsolute = windows ? path.win32.isAbsolute : path.posix.isAbsolute;
  const wanted = setting.trim();
  if (wanted !== "") {
    const file = /^~[/\\]/.test(wanted) ? join(system.home, wanted.slice(2)) : wanted;
    // A path that begins anywhere else would begin in the folder that is open.
    return isAbsolute(file) ? [file] : [];
  }
  const list = system.env["PATH"] ?? system.env["Path"] ?? "";
  const name = windows ? "geplint.exe" : "geplint";
  return list
    .split(windows ? ";" : ":")
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, name));
}

/** Returns the message for a missing program. */
export function notFound(setting: string, tried: string[]): string {
  if (setting.trim() === "") {
    return "geplint is not on the PATH. Install it, or set its path in geplint.path.";
  }
  if (tried.length === 0) {
    return `geplint.path is "${setting}", which is not an absolute path.`;
  }
  return `geplint.path is "${setting}", and there is no program.`;
}

/** The result of a trial run of `geplint lsp` without input. */
export interface Trial {
  code: number | null;
  stderr: string;
  /** The reason why it could not be started. */
  error?: string;
}

/** Returns the reason why a program cannot be used as a server; undefined if it can. */
export function unusable(file: string, trial: Trial): string | undefined {
  if (trial.error !== undefined) {
    return `${file} cannot be started: ${trial.error}`;
  }
  // A server whose client disconnects without a message exits with 1; wrong usage, or a build without the server, with 2.
  if (trial.code !== 2) {
    return undefined;
  }
  const lines = trial.stderr.split("\n").map((line) => line.trim());
  const reason = lines.find((line) => line !== "") ?? "it prints no reason";
  return `${file} has no language server: ${reason.replace(/^(geplint|error): /, "")}`;
}
