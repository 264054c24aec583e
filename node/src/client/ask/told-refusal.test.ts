import type { ErrorCode } from "@lloom/protocol/error-codes";
import { describe, expect, it } from "vitest";
import { StagedMarket } from "../../../../test/support/staged-market.ts";
import { ToldRefusal } from "./told-refusal.ts";

describe("a refusal by the only executor", () => {
  it.each<ErrorCode>([
    "INTERNAL",
    "CHAIN_UNREACHABLE",
    "NO_EXECUTOR",
    "INSUFFICIENT_FUNDS",
    "CHANNEL_UNDERFUNDED",
    "STORE_FAILED",
  ])("is told as its word, and not as a fault of this node, where it names %s", async (code) => {
    using staged = new StagedMarket();
    staged.join({ price: 1_000n, stake: 100, conduct: () => ({ type: "refuses", code }) });
    await expect(staged.ask()).rejects.toBeInstanceOf(ToldRefusal);
  });
});
