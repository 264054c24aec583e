import { describe, expect, it } from "vitest";
import { rememberedOutcome } from "./remembered.ts";

const of = (status: "sent" | "answered" | "failed", failure?: Parameters<typeof rememberedOutcome>[0]["failure"]) =>
  rememberedOutcome({ status, failure });

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
});
