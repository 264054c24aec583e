import { id } from "ethers";
import { expect, test } from "vitest";
import { hashOfName, provenName } from "./model-names.ts";

test("a name is shown only where its hash is the chain's", () => {
  const hash = hashOfName("tiny");
  expect(hash).toBe(id("tiny"));
  expect([provenName("tiny", hash), provenName("Tiny", hash), provenName(undefined, hash)]).toEqual([
    "tiny",
    undefined,
    undefined,
  ]);
});
