import assert from "node:assert/strict";
import { test } from "node:test";
import { type System, candidates, notFound, unusable } from "../src/binary";

const linux: System = { platform: "linux", env: { PATH: "/usr/bin:bin:/opt/geplint" }, home: "/home/ada" };
const windows: System = { platform: "win32", env: { Path: "C:\\bin;bin;D:\\x" }, home: "C:\\Users\\ada" };

test("the PATH is searched where there is no setting, but no folder that begins in the open one", () => {
  assert.deepEqual(candidates("", linux), ["/usr/bin/geplint", "/opt/geplint/geplint"]);
  assert.deepEqual(candidates(" ", windows), ["C:\\bin\\geplint.exe", "D:\\x\\geplint.exe"]);
  assert.deepEqual(candidates("", { ...linux, env: {} }), []);
});

test("a setting is an absolute path or one in the home folder", () => {
  assert.deepEqual(candidates("/x/geplint", linux), ["/x/geplint"]);
  assert.deepEqual(candidates("~/bin/geplint", linux), ["/home/ada/bin/geplint"]);
  assert.deepEqual(candidates("~\\geplint.exe", windows), ["C:\\Users\\ada\\geplint.exe"]);
  assert.deepEqual(candidates("./geplint", linux), []);
  assert.deepEqual(candidates("geplint", linux), []);
});

test("the message names what is missing", () => {
  assert.match(notFound("", []), /not on the PATH/);
  assert.match(notFound("./geplint", []), /not an absolute path/);
  assert.match(notFound("/x", ["/x"]), /there is no program/);
});

test("a build without a server, and one that does not start, say why", () => {
  const stderr = "\nerror: this build has no language server; released binaries have it\nmore\n";
  assert.equal(
    unusable("/x", { code: 2, stderr }),
    "/x has no language server: this build has no language server; released binaries have it",
  );
  assert.equal(unusable("/x", { code: null, stderr: "", error: "EACCES" }), "/x cannot be started: EACCES");
  assert.equal(unusable("/x", { code: 1, stderr: "" }), undefined);
  assert.equal(unusable("/x", { code: 0, stderr: "" }), undefined);
  // It took too long: it is running.
  assert.equal(unusable("/x", { code: null, stderr: "" }), undefined);
});
