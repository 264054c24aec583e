/** Log probabilities fetched between two real hosts, by the limits that hold everywhere. */
import type { Hex } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { evidenceParts } from "@lloom/protocol/evidence-parts";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type StagedEvidence, stageEvidence } from "../../../../protocol/test/staged-evidence.ts";
import { createExchange, TEST_DOMAIN } from "../../../../test/support/exchange.ts";
import { never, recordingLog, silentLog, startHost } from "../../../../test/support/hosts.ts";
import { NOW, offer } from "../../../../test/support/tiny-offer.ts";
import type { Chain } from "../../chain/chain.ts";
import { LloomError } from "../../errors.ts";
import { answerEvidence } from "../../evidence/answer-evidence.ts";
import { type EvidenceHandler, serveEvidence } from "../../p2p/evidence/evidence-server.ts";
import type { Host } from "../../p2p/host/host.ts";
import { recoverAddress } from "../../wallet/recover.ts";
import { withOdds } from "../ask/with-odds.ts";
import { clientSettings } from "../client-options.ts";
import { OfferBook } from "../discover/offer-book.ts";
import type { Answered, AskEvent } from "../question.ts";
import { openAnswerOdds } from "./answer-odds.ts";

const { hasher, client, executor } = createExchange();
/** Whose keys are their own: nothing of it is read. */
const chain = { domain: TEST_DOMAIN } as Chain;
const word = (index: number): Uint8Array => Uint8Array.of(65 + index);
const stage = (lane: number): StagedEvidence =>
  stageEvidence({ hasher, client, executor, lane: BigInt(lane), tokenOf: word });

let stack: AsyncDisposableStack;
let server: Host;
let asker: Host;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  server = stack.use(await startHost({ secret: executor.secret }));
  asker = stack.use(await startHost({ secret: client.secret, listen: [] }));
});
afterEach(() => stack.disposeAsync());

const serve = async (handle: EvidenceHandler): Promise<void> => {
  stack.use(await serveEvidence(server, { handle, log: silentLog }));
};

/** What a client that asks for log probabilities gets, and what it notes of the executor. */
function openAsking(log = silentLog) {
  const book = new OfferBook();
  const notes: string[] = [];
  book.note = (_, { type }) => void notes.push(type);
  const parts = { chain, host: asker, store: { saveTrace: () => undefined }, log, pauseMs: 0 };
  const asking = { odds: openAnswerOdds(parts, undefined), book, settings: clientSettings({ clock: () => NOW }) };
  const signed = { ...offer(executor.address), multiaddrs: server.multiaddrs() };
  const ask = async ({ receipt, requestHash, responseHash }: StagedEvidence): Promise<string> => {
    const end = { type: "end", executor: executor.address, receipt, requestHash, responseHash } as Answered;
    async function* events(): AsyncGenerator<AskEvent, void> {
      yield { type: "executor", executor: executor.address, signed } as AskEvent;
      yield end;
    }
    let text = "";
    for await (const event of withOdds(asking, events(), never))
      if (event.type === "end") for (const { bytes } of event.odds ?? []) text += Buffer.from(bytes).toString();
    return text;
  };
  return { ask, notes };
}

it("come of 16 answers at once, again and again: their client paid for each of them", async () => {
  const answers = new Map<Hex, StagedEvidence>();
  const held = (requestHash: Hex): StagedEvidence | undefined => answers.get(requestHash);
  await serve(
    answerEvidence({
      ...{ chain, hasher, recover: recoverAddress },
      answers: {
        receiptOf: (requestHash) => held(requestHash)?.receipt,
        held: (requestHash) => (held(requestHash) as StagedEvidence).held,
      },
    }),
  );
  const { log, lines } = recordingLog();
  const { ask, notes } = openAsking(log);
  for (let round = 0; round < 5; round++) {
    const asked = Array.from({ length: 16 }, (_, index) => stage(1 + 16 * round + index));
    for (const answer of asked) answers.set(answer.requestHash, answer);
    expect(await Promise.all(asked.map(ask))).toEqual(asked.map(() => "ABC"));
  }
  // None was asked for twice.
  expect({ notes, lines }).toEqual({ notes: [], lines: [] });
});

it("that cannot be fetched blame nobody; an executor that says no has failed", async () => {
  const { ask, notes } = openAsking();
  const lost = await ask(stage(1)).catch((thrown: unknown) => thrown);
  expect(lost).toMatchObject({ code: "EXECUTOR_UNREACHABLE", message: /is paid/, details: { why: "unreached" } });
  const says: ErrorCode[] = ["RATE_LIMITED", "RATE_LIMITED", "RATE_LIMITED", "RATE_LIMITED"];
  await serve(async ({ items }) => {
    const code = says.pop();
    if (code !== undefined) throw new LloomError(code, "Not now.");
    return evidenceParts(stage(1).held, { items });
  });
  await expect(ask(stage(1))).rejects.toMatchObject({ code: "EXECUTOR_UNREACHABLE", details: { why: "busy" } });
  // Busy once more, and then not.
  expect(await ask(stage(1))).toBe("ABC");
  expect(notes).toEqual([]);
  says.push("EVIDENCE_REFUSED", "EVIDENCE_REFUSED", "EVIDENCE_REFUSED");
  await expect(ask(stage(1))).rejects.toMatchObject({ code: "RESPONSE_INVALID" });
  expect(notes).toEqual(["failed"]);
});
