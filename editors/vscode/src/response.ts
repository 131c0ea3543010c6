// The document with the predicted response. Nothing here knows VS Code.

/** The scheme of these documents. */
export const SCHEME = "geplint-response";

/** The parts of a URI that count here. */
export interface Parts {
  scheme: string;
  path: string;
  query: string;
}

/** The document with the predicted response of a payload; its name is what its tab shows. */
export function responseOf(payload: { path: string; text: string }): Parts {
  const name = payload.path.split("/").pop() ?? "";
  const stem = name.replace(/\.json$/i, "");
  return { scheme: SCHEME, path: `/${stem === "" ? "payload" : stem} (predicted response)`, query: payload.text };
}

/** The payload of such a document. The server names it by the payload's URI behind the scheme; we keep it as the query. */
export function payloadOf(document: { query: string; text: string }): string | undefined {
  if (document.query !== "") {
    return document.query;
  }
  const inner = document.text.startsWith(`${SCHEME}:`) ? document.text.slice(SCHEME.length + 1) : "";
  return inner === "" ? undefined : inner;
}

/** What the server answers. */
export interface Prediction {
  text?: string | null;
  reason?: string | null;
  endpoint?: string | null;
  dependsOn?: string[];
  guesses?: string[];
}

/** The text of the document: the response, with what is to be known of it in comments before it. */
export function shown(prediction: Prediction): string {
  const notes: string[] = [];
  if (typeof prediction.text === "string") {
    const to = prediction.endpoint ? ` to ${prediction.endpoint}` : "";
    notes.push(`Predicted by geplint for a request${to}. It is no answer of the API.`);
  } else {
    notes.push(`No response is predicted: ${prediction.reason ?? "the server does not say why"}.`);
  }
  notes.push(...(prediction.dependsOn ?? []).map((what) => `Depends on: ${what}`));
  notes.push(...(prediction.guesses ?? []).map((what) => `A guess: ${what}`));
  // Text of a file must not end a comment.
  const comments = notes.map((note) => `// ${note.replace(/[\r\n\u2028\u2029]+/g, " ")}\n`);
  return comments.join("") + (prediction.text ?? "");
}
