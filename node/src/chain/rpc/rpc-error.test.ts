import { expect, test } from "vitest";
import { RPC_WORDS } from "../../../../test/support/rpc-words.ts";
import { kindOf, RpcError, rpcErrorKind } from "./rpc-error.ts";

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
