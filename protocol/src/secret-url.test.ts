import { describe, expect, it } from "vitest";
import { decoded, hidingOf } from "./secret-url.ts";

const URL_WITH_KEYS = "https://us3r:pa%2Fss-word@rpc.example/eth/Key-0123?apikey=qu3ry.key*&v=2";
const hide = hidingOf(new URL(URL_WITH_KEYS));

describe("what is secret in an address", () => {
  it.each<readonly [string, string]>([
    ["no such key: Key-0123", "no such key: [hidden]"],
    ["xKey-0123x", "x[hidden]x"],
    ["POST /eth/Key-0123?apikey=qu3ry.key*&v=2 failed", "POST [hidden][hidden] failed"],
    ["key qu3ry.key* of us3r", "key [hidden] of [hidden]"],
    ["pa/ss-word, pa%2Fss-word", "[hidden], [hidden]"],
    ["no chain eth here", "no chain [hidden] here"],
  ])("is hidden, as it is written and decoded: %s", (text, clean) => {
    expect(hide(text)).toBe(clean);
  });

  it.each(["eth_getLogs is limited to 2000 blocks", "qu3ryXkey9", "rpc.example", "v=2", "us3rs"])(
    "garbles no other word: %s",
    (text) => {
      expect(hide(text)).toBe(text);
    },
  );

  it("leaves nothing of a secret that another one begins", () => {
    const nested = hidingOf(new URL("https://rpc.example/certain1/certain1longer/certain1longest"));
    expect(nested("certain1longest, certain1longer and certain1")).toBe("[hidden], [hidden] and [hidden]");
  });

  it("is nothing where the address has nothing", () => {
    expect(hidingOf(new URL("http://127.0.0.1:8545"))("POST / failed: eth_call")).toBe("POST / failed: eth_call");
  });

  it("is taken as it is where it is no percent-encoding", () => {
    expect([decoded("a%20b"), decoded("a%zz")]).toEqual(["a b", "a%zz"]);
  });
});
