import { describe, expect, it } from "vitest";
import { convictionOf, rememberedOutcome } from "./remembered.ts";

const of = (status: "sent" | "answered" | "failed", failure?: Parameters<typeof rememberedOutcome>[0]["failure"]) =>
  rememberedOutcome({ status, failure }, undefined);

describe("what a log tells of an executor", () => {
  it("is an answer for an answer, and a failure for a request that never ended", () => {
    expect(of("answered")).toEqual({ type: "answered" });
    expect(of("sent")).toEqual({ type: "failed" });
  });

  it("is of a refusal what it was then, and nothing of one that this client caused by cancelling", () => {
    expect(of("failed", "REQUEST_INVALID")).toEqual({ type: "failed" });
    expect(of("failed", "QUEUE_FULL")).toEqual({ type: "busy" });
    expect(of("failed", "CONTEXT_EXCEEDED")).toEqual({ type: "blamed" });
    expect(of("failed", "CANCELLED")).toBeUndefined();
    expect(of("failed")).toBeUndefined();
  });

  it("is nothing of a price, an offer, a lane or a channel that it saw differently, unless it did twice in a row", () => {
    for (const failure of ["PRICE_REFUSED", "OFFER_UNKNOWN", "LANE_OUT_OF_STEP", "CHANNEL_UNDERFUNDED"] as const) {
      const refused = { status: "failed", failure } as const;
      expect(rememberedOutcome(refused, undefined)).toBeUndefined();
      expect(rememberedOutcome(refused, { failure: undefined })).toBeUndefined();
      expect(rememberedOutcome(refused, { failure: "QUEUE_FULL" })).toBeUndefined();
      expect(rememberedOutcome(refused, { failure: "OFFER_UNKNOWN" })).toEqual({ type: "failed" });
    }
  });
});

describe("what a dispute of a log tells of an executor", () => {
  it("convicts it by two signatures, and by an answer that the chain has found missing", () => {
    for (const state of ["found", "commit", "proven", "taken"])
      expect(convictionOf({ kind: "report", state })).toEqual({ type: "convicted" });
    for (const state of ["defaulted", "conceded"])
      expect(convictionOf({ kind: "dispute", state })).toEqual({ type: "convicted" });
  });

  it("is nothing while it may still come, and nothing of disputes that this client is no party to", () => {
    for (const state of ["missing", "asked", "disputed", "delivered", "rejected", "came"])
      expect(convictionOf({ kind: "dispute", state })).toBeUndefined();
    expect(convictionOf({ kind: "answer", state: "defaulted" })).toBeUndefined();
  });
});
