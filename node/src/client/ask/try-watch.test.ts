import { expect, it } from "vitest";
import { EXECUTOR, RECEIPT } from "../../../../test/support/staged-client.ts";
import { PROBES, type TriedFact } from "../../primitives/probes.ts";
import type { AttemptTrace } from "./attempt.ts";
import { TryWatch } from "./try-watch.ts";

const HASH = `0x${"ab".repeat(32)}` as const;
const trace = (): AttemptTrace => ({
  ...{ requestHash: undefined, hasText: false, isRefused: false, isPutOff: false },
  ...{ receipt: undefined, firstTokenMs: undefined, longestGapMs: undefined, textMs: undefined },
});

/** What one try tells that ends as the given steps say. */
function told(steps: (watch: TryWatch, trace: AttemptTrace) => void): TriedFact[] {
  const facts: TriedFact[] = [];
  using _listener = PROBES.tried.listen((fact) => void facts.push(fact));
  const own = trace();
  {
    using watch = new TryWatch({ model: "m", executor: EXECUTOR, attempt: 2, trace: own });
    steps(watch, own);
  }
  return facts;
}

it("tells of an answer its request, tokens and cost", () => {
  const [fact] = told((_, own) => {
    own.requestHash = HASH;
    own.firstTokenMs = 3;
    own.receipt = RECEIPT;
  });
  expect(fact).toMatchObject({
    ...{ model: "m", executor: EXECUTOR, attempt: 2, requestHash: HASH, code: undefined },
    ...{ finishReason: "stop", inboundTokens: 9, outboundTokens: 13, cost: 7n },
  });
  expect((fact?.firstTextAtMs ?? 0) - (fact?.startedAtMs ?? 0)).toBeCloseTo(3);
});

it("tells of a failure why, and of one that its caller left neither an answer nor a failure", () => {
  const facts = [...told((watch) => watch.failed("EXECUTOR_TIMEOUT")), ...told(() => undefined)];
  expect(facts).toMatchObject([
    { code: "EXECUTOR_TIMEOUT", finishReason: undefined },
    { code: undefined, finishReason: undefined },
  ]);
});
