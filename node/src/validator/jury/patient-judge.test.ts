import type { Hex } from "@lloom/protocol/commitment-types";
import type { Evidence } from "@lloom/protocol/evidence-collector";
import type { EvidenceItem } from "@lloom/protocol/evidence-messages";
import type { VoteChoice } from "@lloom/protocol/votes";
import { expect, it } from "vitest";
import { createExchange, testPrompt } from "../../../../test/support/exchange.ts";
import { lackingOf, type ShownCase } from "./judge.ts";
import { patientJudge } from "./patient-judge.ts";

const { signal } = new AbortController();
const receipt = createExchange().receipt();
const { requestHash } = receipt.response;
const responseHash: Hex = `0x${"22".repeat(32)}`;
const disputed = { requestHash, responseHash } as ShownCase["answers"][number]["disputed"];

/** A case of one answer that lacks these items. */
function shown(items: readonly EvidenceItem[], mayComeYet: boolean): ShownCase {
  const lacks = new Map(items.map((item) => [item, "none"] as const));
  const evidence: Evidence = { receipt, responseHash, lacks };
  return { id: responseHash, kind: "WrongModel", answers: [{ disputed, evidence, holders: [], mayComeYet }] };
}

/** Finds always the same, and counts how often. */
function judging(choice: VoteChoice) {
  const seen = { times: 0 };
  const judge = patientJudge(async () => {
    seen.times += 1;
    return { choice, why: "" };
  });
  return { judge, seen };
}

it("tells nothing while what is lacking may come yet, and measures again once more of it is here", async () => {
  const { judge, seen } = judging("Insufficient");
  const waiting = { code: "EVIDENCE_MISSING" };
  await expect(judge(shown(["text", "trace"], true), signal)).rejects.toMatchObject(waiting);
  await expect(judge(shown(["text", "trace"], true), signal)).rejects.toMatchObject(waiting);
  expect(seen.times).toBe(1);
  await expect(judge(shown(["trace"], true), signal)).rejects.toMatchObject(waiting);
  expect(seen.times).toBe(2);
});

it("tells that nothing can be told once everybody has answered", async () => {
  const { judge } = judging("Insufficient");
  await expect(judge(shown(["trace"], true), signal)).rejects.toThrow();
  await expect(judge(shown(["trace"], false), signal)).resolves.toMatchObject({ choice: "Insufficient" });
});

it("tells what is found without what is lacking", async () => {
  const { judge } = judging("Mismatch");
  await expect(judge(shown(["trace"], true), signal)).resolves.toMatchObject({ choice: "Mismatch" });
});

it("takes what was promised for a part of the evidence, where it is bound and was not shown", () => {
  const evidence: Evidence = { receipt, responseHash, lacks: new Map([["trace", "none"]]) };
  const prompt = { ...testPrompt(), profileHash: responseHash };
  expect(lackingOf({ evidence })).toBe(1);
  expect(lackingOf({ evidence: { ...evidence, prompt } })).toBe(2);
  expect(lackingOf({ evidence: { ...evidence, prompt: { ...prompt, profile: "{}" } } })).toBe(1);
});
