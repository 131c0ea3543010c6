import assert from "node:assert/strict";
import { test } from "node:test";
import { payloadOf, responseOf, shown } from "../src/response";

test("a response leads back to its payload", () => {
  const text = "file:///a%20b/contacts.json";
  const parts = responseOf({ path: "/a b/contacts.json", text });
  assert.equal(parts.path, "/contacts (predicted response)");
  assert.equal(payloadOf({ query: parts.query, text: "geplint-response:/x?y" }), text);
  // As the server names it.
  assert.equal(payloadOf({ query: "", text: `geplint-response:${text}` }), text);
  assert.equal(payloadOf({ query: "", text: "geplint-response:" }), undefined);
  assert.equal(payloadOf({ query: "", text: "other:x" }), undefined);
});

test("a payload without a name has a response, too", () => {
  assert.equal(responseOf({ path: "/", text: "x" }).path, "/payload (predicted response)");
  assert.equal(responseOf({ path: "Untitled-1", text: "x" }).path, "/Untitled-1 (predicted response)");
});

test("what is shown says that it is a prediction, and what it depends on", () => {
  const text = shown({
    text: "{}\n",
    endpoint: "user-group",
    dependsOn: ["the tenant's contacts"],
    guesses: ["a\nb"],
  });
  assert.equal(
    text,
    "// Predicted by geplint for a request to user-group. It is no answer of the API.\n" +
      "// Depends on: the tenant's contacts\n// A guess: a b\n{}\n",
  );
  assert.equal(shown({ reason: "it is no JSON" }), "// No response is predicted: it is no JSON.\n");
});
