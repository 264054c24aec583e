import { ERROR_CODES, type ErrorCode } from "@lloom/protocol/error-codes";
import { describe, expect, it } from "vitest";
import { consequenceOf, isBelieved } from "./failover.ts";

const codes = Object.keys(ERROR_CODES) as ErrorCode[];

describe("what a failure means", () => {
  it.each([
    "REQUEST_INVALID",
    "UNSUPPORTED",
    "CONTEXT_EXCEEDED",
    "FRAME_TOO_LARGE",
    "CANCELLED",
    "STORE_FAILED",
  ] as const)("%s ends the question when this client found it, and counts against an executor that says it", (code) => {
    expect(consequenceOf(code, "client")).toEqual({ next: "giveUp" });
    expect(consequenceOf(code, "executor")).toMatchObject({ next: "other", outcome: "failed" });
  });

  it("nothing that an executor says ends a question", () => {
    expect(codes.filter((code) => consequenceOf(code, "executor").next === "giveUp")).toEqual([]);
  });

  it("everything that an executor says instead of an answer counts against it", () => {
    expect(codes.filter((code) => consequenceOf(code, "executor").outcome === undefined)).toEqual([]);
  });

  it("of an executor that is full or leaves is to ask another one, and no reason to think less of it", () => {
    expect(consequenceOf("QUEUE_FULL", "executor")).toEqual({ next: "other", outcome: "busy" });
    expect(consequenceOf("RATE_LIMITED", "executor")).toEqual({ next: "other", outcome: "busy" });
    expect(consequenceOf("DRAINING", "executor")).toEqual({ next: "other", outcome: "leaving" });
  });

  it("of all else that an executor says is a failure of its own, and a few words put it on the question", () => {
    const kind = ["QUEUE_FULL", "RATE_LIMITED", "DRAINING"];
    const others = codes.filter((code) => !kind.includes(code)).map((code) => consequenceOf(code, "executor"));
    expect(new Set(others.map(({ outcome }) => outcome))).toEqual(new Set(["failed"]));
    expect(codes.filter((code) => consequenceOf(code, "executor").blamesQuestion)).toEqual([
      "UNSUPPORTED",
      "CONTEXT_EXCEEDED",
    ]);
    const nexts = new Set(codes.map((code) => consequenceOf(code, "executor").next));
    expect(nexts).toEqual(new Set(["other", "again"]));
  });

  it("of a wrong answer or a broken protocol is distrust", () => {
    for (const code of ["RESPONSE_INVALID", "FRAME_INVALID"] as const)
      expect(consequenceOf(code, "client")).toEqual({ next: "other", outcome: "cheated" });
  });

  it("asks the same one again only where channel, lane or offer were seen differently", () => {
    expect(codes.filter((code) => consequenceOf(code, "executor").next === "again")).toEqual([
      "CHANNEL_UNDERFUNDED",
      "OFFER_UNKNOWN",
      "PRICE_REFUSED",
      "LANE_OUT_OF_STEP",
      "LANE_BUSY",
    ]);
  });

  it("looks for funded channels where the own deposit or chain fails, and blames nobody", () => {
    for (const code of ["INSUFFICIENT_FUNDS", "CHAIN_UNREACHABLE", "TRANSACTION_FAILED"] as const) {
      expect(consequenceOf(code, "client")).toEqual({ next: "otherFunded" });
      expect(consequenceOf(code, "executor")).toEqual({ next: "other", outcome: "failed" });
    }
  });
});

describe("that the question is at fault", () => {
  it("is believed of three, or of two when there is nobody else, and never of one", () => {
    const believed = (isEverybody: boolean) => [1, 2, 3].map((blames) => isBelieved(blames, { isEverybody }));
    expect(believed(false)).toEqual([false, false, true]);
    expect(believed(true)).toEqual([false, true, true]);
  });
});
