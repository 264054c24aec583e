import { expect, test } from "vitest";
import { RPC_WORDS } from "../../../../test/support/rpc-words.ts";
import { kindOf, provesRefusal, RpcError, type RpcErrorBody, rpcErrorKind } from "./rpc-error.ts";

test.for(RPC_WORDS)("understands $make: $message", ({ code, message, kind }) => {
  expect(rpcErrorKind({ code, message })).toBe(kind);
});

test.each([429, 503, -32005, -32007, -32016, -32029, -32097])(
  "takes %d for a server that is busy where its words say nothing",
  (code) => {
    expect(rpcErrorKind({ code, message: "Sorry." })).toBe("busy");
    expect(rpcErrorKind({ code, message: "nonce too low" })).toBe("nonceUsed");
  },
);

test("keeps a server's words and number, and has some for one that says nothing", () => {
  expect(new RpcError("busy", { code: 7, message: "Sorry." })).toMatchObject({
    ...{ name: "RpcError", message: "Sorry.", kind: "busy", rpcCode: 7 },
  });
  expect(new RpcError("unknown", {}).message).toMatch(/\w/);
});

test("takes what is no error of a server for unknown", () => {
  expect(rpcErrorKind({})).toBe("unknown");
  expect(rpcErrorKind({ code: "ECONNRESET", message: 7 })).toBe("unknown");
  expect(kindOf(new Error("already known"))).toBe("unknown");
  expect(kindOf(new RpcError("known", { code: -32000, message: "already known" }))).toBe("known");
});

/** What a server says that has the transaction, may have it, or may have passed it on. */
const PROVES_NOTHING = ["known", "nonceUsed", "range", "unknown"];
const PASSED_ON = ["Module Timeout"];

test.for(RPC_WORDS)("knows whether $make has a transaction of which it says: $message", ({ code, message, kind }) => {
  const isRefused = !PROVES_NOTHING.includes(kind) && !PASSED_ON.includes(message);
  expect(provesRefusal(new RpcError(kind, { code, message }))).toBe(isRefused);
  expect(provesRefusal(new RpcError(kind, { code, message }, true))).toBe(false);
});

test.each<RpcErrorBody>([
  { code: -32005, message: "Request timed out." },
  { code: -32000, message: "no backend is currently healthy to serve traffic" },
  { code: -32011, message: "no backends available for method" },
  { code: -32000, message: "the service is not healthy" },
  { code: -32005, message: "please try again later" },
  { code: -32005, message: "Service Unavailable" },
  { code: -32005, message: "upstream failed" },
  { code: 503, message: "Sorry." },
])("takes $message for no proof that nothing was passed on", (body) => {
  expect(rpcErrorKind(body)).toBe("busy");
  expect(provesRefusal(new RpcError("busy", body))).toBe(false);
});

test("takes no proof from what is no error of a server", () => {
  expect(provesRefusal(new Error("insufficient funds"))).toBe(false);
  expect(provesRefusal(new RpcError("busy", { code: 429, message: "Sorry." }))).toBe(true);
});
