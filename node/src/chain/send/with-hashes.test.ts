import type { Hex } from "@lloom/protocol/commitment-types";
import { expect, it } from "vitest";
import { LloomError } from "../../errors.ts";
import { withHashes } from "./with-hashes.ts";

const HASHES: readonly Hex[] = ["01", "02"].map((byte): Hex => `0x${byte.repeat(32)}`);
const details = { nonce: 4, transactionHashes: HASHES };

it("a wait that was ended says what may still be mined, and that the same given again goes on with it", () => {
  const cause = new Error("The signal.");
  const ended = withHashes(new LloomError("CANCELLED", "Stopped waiting.", { cause }), { nonce: 4, hashes: HASHES });
  expect(ended).toMatchObject({
    code: "CANCELLED",
    message: `Stopped waiting. It was sent as ${HASHES[1]}, and may still be mined.`,
    next: expect.stringContaining("sends no second one"),
    ...{ details, cause },
  });
});

it("any other failure keeps its words and next step, and names the hashes", () => {
  const options = { next: "Deposit more.", details: { error: "Poor" } };
  const failed = withHashes(new LloomError("TRANSACTION_FAILED", "No.", options), { nonce: 4, hashes: HASHES });
  expect(failed).toMatchObject({ message: "No.", next: "Deposit more.", details: { error: "Poor", ...details } });
});

it("a failure before anything was signed stays as it is", () => {
  const error = new LloomError("CANCELLED", "Stopped.");
  expect(withHashes(error, { nonce: 4, hashes: [] })).toBe(error);
});
