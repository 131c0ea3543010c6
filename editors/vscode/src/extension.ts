import { spawn } from "node:child_process";
import { constants, promises as fs } from "node:fs";
import { homedir } from "node:os";
import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, TransportKind } from "vscode-languageclient/node";
import { type Trial, candidates, notFound, unusable } from "./binary";
import { type Prediction, SCHEME, payloadOf, responseOf, shown } from "./response";

/** Time limit of a run without input, in milliseconds. */
const TRIAL = 10_000;

const EXPLAIN = "geplint-explain";

let client: LanguageClient | undefined;
/** Starts, stops and restarts of the server, executed one after the other. */
let last: Promise<void> = Promise.resolve();
const changed = new vscode.EventEmitter<vscode.Uri>();

export function activate(context: vscode.ExtensionContext): void {
  const scheme = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: response,
  });
  const pages = vscode.workspace.registerTextDocumentContentProvider(EXPLAIN, {
    provideTextDocumentContent: explained,
  });
  context.subscriptions.push(
    changed,
    scheme,
    pages,
    vscode.commands.registerCommand("geplint.restartServer", restart),
    vscode.commands.registerCommand("geplint.showPredictedResponse", () => {
      const document = vscode.window.activeTextEditor?.document;
      return document === undefined ? undefined : show(document.uri);
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("geplint.path") || event.affectsConfiguration("geplint.arguments")) {
        void restart();
      }
    }),
  );
  void restart();
}

export function deactivate(): Promise<void> {
  return after(stop);
}

function after(step: () => Promise<void>): Promise<void> {
  last = last.then(step, step);
  return last;
}

function restart(): Promise<void> {
  return after(async () => {
    await stop();
    await start();
  });
}

async function stop(): Promise<void> {
  const old = client;
  client = undefined;
  try {
    await old?.dispose();
  } catch {
    // One that has not started cannot be stopped.
  }
}

async function start(): Promise<void> {
  const settings = vscode.workspace.getConfiguration("geplint");
  const setting = settings.get<string>("path", "");
  const args = ["lsp", ...settings.get<string[]>("arguments", [])];
  const tried = candidates(setting, { platform: process.platform, env: process.env, home: homedir() });
  const file = await firstProgram(tried);
  if (file === undefined) {
    return complain(notFound(setting, tried));
  }
  const why = unusable(file, await trial(file, args));
  if (why !== undefined) {
    return complain(why);
  }
  const options: LanguageClientOptions = {
    documentSelector: [
      { language: "json", scheme: "file" },
      { language: "json", scheme: "untitled" },
      // Settings, tenant and rules files; the server detects which of them are its own.
      { scheme: "file", pattern: "**/*.toml" },
      { scheme: "file", pattern: "**/*.{http,rest,bru,jsonl,ndjson}" },
    ],
    initializationOptions: { virtualDocuments: true },
    middleware: {
      window: {
        showDocument: async (params, next) => {
          const uri = vscode.Uri.parse(params.uri);
          if (uri.scheme === SCHEME) {
            const payload = payloadOf({ query: uri.query, text: params.uri });
            return { success: payload !== undefined && (await show(vscode.Uri.parse(payload))) };
          }
          if (uri.scheme === EXPLAIN) {
            await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
            return { success: true };
          }
          const answer = await next(params, new vscode.CancellationTokenSource().token);
          return "success" in answer ? answer : { success: false };
        },
      },
    },
  };
  const server = { command: file, args, transport: TransportKind.stdio };
  client = new LanguageClient("geplint", "geplint", server, options);
  client.onNotification("geplint/predictedResponseChanged", (params: { uri: string }) => {
    const payload = vscode.Uri.parse(params.uri);
    changed.fire(vscode.Uri.from(responseOf({ path: payload.path, text: payload.toString() })));
  });
  try {
    await client.start();
  } catch (error) {
    await complain(`${file} does not answer as a language server: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function firstProgram(files: string[]): Promise<string | undefined> {
  for (const file of files) {
    try {
      await fs.access(file, constants.X_OK);
      if ((await fs.stat(file)).isFile()) {
        return file;
      }
    } catch {
      // The next one may be there.
    }
  }
  return undefined;
}

/** Starts the server without a client, to test whether the program has one. */
function trial(file: string, args: string[]): Promise<Trial> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ["ignore", "ignore", "pipe"], timeout: TRIAL });
    let stderr = "";
    child.stderr.on("data", (data: Buffer) => {
      stderr = (stderr + data.toString()).slice(0, 4096);
    });
    child.on("error", (error) => resolve({ code: null, stderr, error: error.message }));
    child.on("close", (code) => resolve({ code, stderr }));
  });
}

async function complain(message: string): Promise<void> {
  const settings = "Open settings";
  // The choice of the user is not awaited.
  void vscode.window.showErrorMessage(message, settings).then((chosen) => {
    if (chosen === settings) {
      void vscode.commands.executeCommand("workbench.action.openSettings", "geplint.path");
    }
  });
}

/** Opens the predicted response of a payload next to it. */
async function show(payload: vscode.Uri): Promise<boolean> {
  const uri = vscode.Uri.from(responseOf({ path: payload.path, text: payload.toString() }));
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.languages.setTextDocumentLanguage(document, "jsonc");
  changed.fire(uri);
  await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: true,
    preview: false,
  });
  return true;
}

async function response(uri: vscode.Uri): Promise<string> {
  const payload = payloadOf({ query: uri.query, text: uri.toString() });
  if (client === undefined || payload === undefined) {
    return shown({ reason: "the server is not running" });
  }
  try {
    const params = { textDocument: { uri: payload } };
    return shown(await client.sendRequest<Prediction>("geplint/predictedResponse", params));
  } catch (error) {
    return shown({ reason: error instanceof Error ? error.message : String(error) });
  }
}

async function explained(uri: vscode.Uri): Promise<string> {
  const rule = uri.path.replace(/^\//, "").replace(/\.md$/, "");
  const page = await client?.sendRequest<{ markdown: string }>("geplint/explain", { rule });
  return page?.markdown ?? "";
}
