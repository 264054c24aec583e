import { expect, test } from "vitest";
import { RPC_WORDS } from "../../../test/support/rpc-words.ts";
import { kindOf, RpcError, rpcErrorKind } from "./rpc-error.ts";

test.for(RPC_WORDS)("understands $make: $message", ({ code, message, kind }) => {
  expect(rpcErrorKind({ code, message })).toBe(kind);
});

test("takes what is no error of a server for unknown", () => {
  expect(rpcErrorKind({})).toBe("unknown");
  expect(rpcErrorKind({ code: "ECONNRESET", message: 7 })).toBe("unknown");
  expect(kindOf(new Error("already known"))).toBe("unknown");
  expect(kindOf(new RpcError("known", { code: -32000, message: "already known" }))).toBe("known");
});
