// The document with the predicted response. Independent of VS Code.

/** The scheme of these documents. */
export const SCHEME = "geplint-response";

/** The used parts of a URI. */
export interface Parts {
  scheme: string;
  path: string;
  query: string;
}

/** Returns the document with the predicted response of a payload; its tab shows the name. */
export function responseOf(payload: { path: string; text: string }): Parts {
  const name = payload.path.split("/").pop() ?? "";
  const stem = name.replace(/\.json$/i, "");
  return { scheme: SCHEME, path: `/${stem === "" ? "payload" : stem} (predicted response)`, query: payload.text };
}

/** Returns the payload of such a document. The server appends the payload's URI to the scheme; the extension stores it as the query. */
export function payloadOf(document: { query: string; text: string }): string | undefined {
  if (document.query !== "") {
    return document.query;
  }
  const inner = document.text.startsWith(`${SCHEME}:`) ? document.text.slice(SCHEME.length + 1) : "";
  return inner === "" ? undefined : inner;
}

/** The result from the server. */
export interface Prediction {
  text?: string | null;
  reason?: string | null;
  endpoint?: string | null;
  dependsOn?: string[];
  guesses?: string[];
}

/** Returns the text of the document: the response, preceded by notes in comments. */
export function shown(prediction: Prediction): string {
  const notes: string[] = [];
  if (typeof prediction.text === "string") {
    const to = prediction.endpoint ? ` to ${prediction.endpoint}` : "";
    notes.push(`Predicted by geplint for a request${to}. It is no answer of the API.`);
  } else {
    notes.push(`No response is predicted: ${prediction.reason ?? "the server gives no reason"}.`);
  }
  notes.push(...(prediction.dependsOn ?? []).map((what) => `Depends on: ${what}`));
  notes.push(...(prediction.guesses ?? []).map((what) => `A guess: ${what}`));
  // Text of a file must not end a comment.
  const comments = notes.map((note) => `// ${note.replace(/[\r\n\u2028\u2029]+/g, " ")}\n`);
  return comments.join("") + (prediction.text ?? "");
}
