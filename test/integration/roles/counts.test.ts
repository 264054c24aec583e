import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { hashContent, hashPrompt } from "@lloom/protocol/canonical";
import { promptProblem } from "@lloom/protocol/opened-prompt";
import { hashProfile, promisedBy } from "@lloom/protocol/profile";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../../node/src/backend/backend.ts";
import { openBackend } from "../../../node/src/backend/open-backend.ts";
import { disputedVocabularies } from "../../../node/src/client/check/recounting.ts";
import { heldByClient } from "../../../node/src/client/dispute/held-evidence.ts";
import { heldByExecutor } from "../../../node/src/executor/dispute/held-evidence.ts";
import { callVocabulary } from "../../../node/src/p2p/rpc/rpc-calls.ts";
import { targetOf } from "../../support/hosts.ts";
import { askAll, type Buyer, log, question, World } from "./world.ts";

const TINY = join(import.meta.dirname, "../../../node/models/tiny/lloom-tiny.gguf");
/** A busy machine must not pass for an executor that gives no vocabulary. */
const PATIENT = { vocabularyWaitMs: 60_000 };
const SLOW = 120_000;

let world: World;
let honest: Backend;
beforeAll(async () => {
  world = await World.start();
  const options = { kind: "llama", modelPath: TINY, modelName: "lloom-tiny", threads: 1, sequences: 2 } as const;
  honest = await openBackend(options, log);
}, SLOW);
afterAll(async () => {
  await honest[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

interface Lie {
  readonly inbound?: number;
  readonly outbound?: number;
  readonly withholds?: boolean;
}

/** The real backend, but it counts more. */
const inflated = ({ inbound = 0, outbound = 0, withholds = false }: Lie): Backend => ({
  name: "inflated",
  listModels: (signal) => honest.listModels(signal),
  countInbound: (completion, signal) => honest.countInbound(completion, signal),
  checkHealth: (signal) => honest.checkHealth(signal),
  vocabulary: (hash) => (withholds ? undefined : honest.vocabulary?.(hash)),
  async *complete(completion, signal) {
    for await (const event of honest.complete(completion, signal)) {
      if (event.type === "text") yield event;
      else {
        const { inboundTokens, outboundTokens } = event;
        yield { ...event, inboundTokens: inboundTokens + inbound, outboundTokens: outboundTokens + outbound };
      }
    }
  },
  [Symbol.asyncDispose]: async () => undefined,
});

const ASKED = question("What is Lloom?", { model: "lloom-tiny", maxOutboundTokens: 64 });

describe("counts that anybody can count again", () => {
  it(
    "are the tokenizer's, and a client with the vocabulary finds them right",
    async () => {
      await using _seller = await world.seller({ backend: honest });
      const dataDir = await world.dataDir();
      await using buyer = await world.buyer({ ...PATIENT, dataDir });
      const { end, text } = await askAll(buyer, ASKED);
      expect(end.inboundTokens).toBe(await honest.countInbound({ ...ASKED, sampling: ASKED.sampling }, never));
      expect(text.length).toBeGreaterThan(0);
      expect(readdirSync(join(dataDir, "vocabularies"))).toHaveLength(1);
      expect(buyer.store.wrongCounts(1)).toEqual([]);
      await askAll(buyer, ASKED);
    },
    SLOW,
  );

  it.each<[string, Lie, RegExp]>([
    ["one token too many of an answer", { outbound: 1 }, /answer tokens; the model's tokenizer counts/],
    ["one token too many of a prompt", { inbound: 1 }, /prompt tokens; the model's tokenizer counts/],
  ])(
    "are refused on the first answer that has %s: nothing acknowledged, and the proof kept",
    async (_, lie, problem) => {
      await using seller = await world.seller({ backend: inflated(lie) });
      await using buyer = await world.buyer(PATIENT);
      await expect(askAll(buyer, ASKED)).rejects.toMatchObject({
        code: "RESPONSE_INVALID",
        message: expect.stringMatching(problem),
      });
      expect(buyer.store.receipts({ limit: 1 })).toEqual([]);
      const [kept] = buyer.store.wrongCounts(10);
      if (kept === undefined) return expect.unreachable();
      const { receipt, opened, counts } = kept;
      const { inboundTokens, outboundTokens } = receipt.response;
      expect(receipt).toEqual(seller.store.receipts({ limit: 1 })[0]?.receipt);
      expect(hashPrompt(kept.promptSalt, opened.messages)).toBe(receipt.request.promptHash);
      expect(hashContent(kept.contentSalt, opened.text)).toBe(receipt.response.contentHash);
      expect(inboundTokens - BigInt(counts.inboundTokens)).toBe(BigInt(lie.inbound ?? 0));
      expect(outboundTokens - BigInt(counts.outboundTokens)).toBe(BigInt(lie.outbound ?? 0));
      expect(buyer.store.reserveLane(seller.identity.address).state.nonce).toBe(0n);
      // What was promised is kept by both, and the client gives on by what it counted.
      const { requestHash } = kept;
      const prompt = heldByClient(buyer.store).held(requestHash, receipt).prompt;
      if (typeof prompt === "string") return expect.unreachable();
      expect(hashProfile(prompt.profile)).toBe(opened.profileHash);
      expect(promptProblem(receipt.request, prompt)).toBeUndefined();
      expect(heldByExecutor(seller.store).held(requestHash, receipt).prompt).toEqual(prompt);
      const { vocabulary: hash } = promisedBy(prompt);
      if (hash === undefined) return expect.unreachable();
      expect(disputedVocabularies(buyer.store)).toEqual([hash]);
      const asking = { target: targetOf(buyer.host), hash, offset: 0, signal: never };
      const { totalBytes } = await callVocabulary(seller.host, asking);
      expect(totalBytes).toBe(honest.vocabulary?.(hash)?.length);
    },
    SLOW,
  );

  it(
    "are checked by bounds alone while the vocabulary is withheld",
    async () => {
      await using _seller = await world.seller({ backend: inflated({ outbound: 1, withholds: true }) });
      const dataDir = await world.dataDir();
      await using buyer: Buyer = await world.buyer({ ...PATIENT, dataDir });
      expect((await askAll(buyer, ASKED)).text.length).toBeGreaterThan(0);
      expect(existsSync(join(dataDir, "vocabularies"))).toBe(false);
    },
    SLOW,
  );
});

const never = new AbortController().signal;
