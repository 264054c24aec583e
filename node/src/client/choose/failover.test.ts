import { ERROR_CODES, type ErrorCode } from "@lloom/protocol/error-codes";
import { describe, expect, it } from "vitest";
import { consequenceOf } from "./failover.ts";

const codes = Object.keys(ERROR_CODES) as ErrorCode[];

describe("what a failure means", () => {
  it.each(["REQUEST_INVALID", "UNSUPPORTED", "CONTEXT_EXCEEDED", "FRAME_TOO_LARGE", "CANCELLED"] as const)(
    "%s is the question's own fault: nobody is blamed or asked again",
    (code) => {
      expect(consequenceOf(code)).toEqual({ next: "giveUp" });
    },
  );

  it("a wrong answer is never followed by another executor, which would be paid for the same question", () => {
    expect(consequenceOf("RESPONSE_INVALID")).toEqual({ next: "giveUp", outcome: "cheated" });
  });

  it("goes to the next executor for everything retryable that is the executor's own", () => {
    const elsewhere = codes.filter((code) => consequenceOf(code).next === "other" && ERROR_CODES[code].retryable);
    expect(elsewhere).toEqual(
      expect.arrayContaining([
        "BACKEND_FAILED",
        "BACKEND_TIMEOUT",
        "EXECUTOR_TIMEOUT",
        "EXECUTOR_UNREACHABLE",
        "INTERNAL",
        "QUEUE_FULL",
        "DRAINING",
      ]),
    );
  });

  it("asks the same one again only where channel, lane or offer were seen differently", () => {
    expect(codes.filter((code) => consequenceOf(code).next === "again")).toEqual([
      "CHANNEL_UNDERFUNDED",
      "OFFER_UNKNOWN",
      "PRICE_REFUSED",
      "LANE_OUT_OF_STEP",
      "LANE_BUSY",
    ]);
  });

  it("looks for funded channels where the deposit or the chain fails, and blames nobody", () => {
    const codesOfMoney: ErrorCode[] = ["INSUFFICIENT_FUNDS", "CHAIN_UNREACHABLE", "TRANSACTION_FAILED"];
    for (const code of codesOfMoney) expect(consequenceOf(code)).toEqual({ next: "otherFunded" });
  });
});
