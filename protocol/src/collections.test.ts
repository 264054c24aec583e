import { describe, expect, it } from "vitest";
import { seeded } from "../test/seeded.ts";
import { collectionNonce } from "./collections.ts";

const random = seeded(3009);

describe("collectionNonce", () => {
  it.each(["0x", "0x00", `0x${"00".repeat(33)}`, "00".repeat(33)] as `0x${string}`[])(
    "refuses %j for a beneficiary or a salt, and names the field",
    (wrong) => {
      const refused = (field: string) =>
        expect.objectContaining({ code: "REQUEST_INVALID", message: expect.stringMatching(`^${field} must be`) });
      expect(() => collectionNonce("Deposit", wrong, random.hash())).toThrow(refused("beneficiary"));
      expect(() => collectionNonce("Deposit", random.address(), wrong)).toThrow(refused("salt"));
    },
  );
});
