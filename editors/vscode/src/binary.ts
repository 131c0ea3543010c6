// Which program to start. Nothing here knows VS Code.

import * as path from "node:path";

/** What the places of a program depend on. */
export interface System {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  home: string;
}

/** The files that may be the program, in the order in which they are tried. */
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

/** Why no program was found. */
export function notFound(setting: string, tried: string[]): string {
  if (setting.trim() === "") {
    return "geplint is not on the PATH. Install it, or say where it is in the setting geplint.path.";
  }
  if (tried.length === 0) {
    return `geplint.path is "${setting}", which is no absolute path.`;
  }
  return `geplint.path is "${setting}", and there is no program.`;
}

/** How a trial run of `geplint lsp` without input ended. */
export interface Trial {
  code: number | null;
  stderr: string;
  /** Why it could not be started. */
  error?: string;
}

/** Why a program cannot be used as a server; nothing if it can. */
export function unusable(file: string, trial: Trial): string | undefined {
  if (trial.error !== undefined) {
    return `${file} cannot be started: ${trial.error}`;
  }
  // A server whose client says nothing and goes away ends with 1; a wrong call, or a build without a server, with 2.
  if (trial.code !== 2) {
    return undefined;
  }
  const lines = trial.stderr.split("\n").map((line) => line.trim());
  const said = lines.find((line) => line !== "") ?? "it does not say why";
  return `${file} has no language server: ${said.replace(/^(geplint|error): /, "")}`;
}
