import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashParams, hashPrompt } from "@lloom/protocol/canonical";
import {
  type Address,
  type Hex,
  type ModelOffer,
  type RequestCommitment,
  ZERO_HASH,
} from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { profileText } from "@lloom/protocol/profile";
import { recoverAddress } from "@lloom/protocol/signatures";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createExchange, TEST_CIPHER, testIdentity } from "../../../../test/support/exchange.ts";
import { LloomError } from "../../errors.ts";
import { type Database, openDatabase } from "../../store/database/database.ts";
import { openExecutorLog } from "../../store/executor/executor-log.ts";
import { type AdmissionParts, type AskedFrame, admit } from "./admit.ts";
import { ChannelCache, type KnownChannel } from "./channel-cache.ts";
import { OwnRun } from "./own-run.ts";
import { WorkQueue } from "./work-queue.ts";

const NOW_MS = 1_800_000_000_000;
const NOW = BigInt(NOW_MS / 1000);
const MODEL = "lloom-tiny";
const SALT: Hex = `0x${"5a".repeat(32)}`;
const { ask, client, executor, hasher } = createExchange({ deadline: NOW + 600n });
const stranger = testIdentity("stranger");
const offer: ModelOffer = {
  ...{ executor: executor.address, offerId: 1n, model: MODEL, weightsHash: ZERO_HASH, profileHash: ZERO_HASH },
  ...{ inboundPrice: 1n, outboundPrice: 1n, maxContext: 4096n, validUntil: NOW + 60n },
};
const OFFER_HASH = hasher.hashOffer(offer);
const never = new AbortController().signal;
const hang = (): Promise<never> => new Promise(() => undefined);

let directory: string;
let db: Database;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-admit-"));
  db = openDatabase(join(directory, "executor.sqlite"), { cipher: TEST_CIPHER });
});
afterEach(() => {
  db[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

/** A request as the client sends it, of so many base units at most. */
function frameOf(terms: Partial<RequestCommitment> = {}, signer = client): AskedFrame {
  const sampling = { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" as const };
  const hashed = { sampling, weightsHash: ZERO_HASH, profileHash: ZERO_HASH, offerHash: OFFER_HASH };
  const messages = [{ role: "user" as const, content: "Hi" }];
  const hashes = { promptHash: hashPrompt(SALT, messages), paramsHash: hashParams(hashed) };
  const { request, requestHash } = ask(EMPTY_LANE, { ...hashes, ...terms });
  return { request, signature: signer.sign(requestHash), promptSalt: SALT, messages, ...hashed };
}
const CAP = frameOf().request.costCap;

/** What the offer promises, as it is kept with an answer. */
const PROFILE = "{}";

interface Staging extends Partial<AdmissionParts> {
  /** What the chain says of the channel, in order; the last one for ever. */
  readonly channel?: readonly Partial<KnownChannel>[];
  readonly countInbound?: () => Promise<number | undefined>;
}

/** An executor's admission, with its real log, queue, run and channel cache. */
function stage({ channel = [{}], countInbound = async () => 10, ...parts }: Staging = {}) {
  const store = openExecutorLog(db);
  const run = new OwnRun({ clock: () => NOW_MS, steady: () => 0, onJump: () => undefined });
  run.noteOffer(OFFER_HASH, 60_000);
  const queue = new WorkQueue({ concurrency: 1, queueLimit: 1, perClientLimit: 4 });
  let reads = 0;
  const channels = new ChannelCache(
    async () => {
      const told = channel[Math.min(reads++, channel.length - 1)];
      return { balance: CAP, unlocking: 0n, unlockAt: 0n, skewSeconds: 0n, ...told };
    },
    { clock: () => NOW_MS, longestAgeMs: Number.MAX_VALUE },
  );
  const all = {
    ...{ executor: executor.address, hasher, recover: recoverAddress, store, channels, queue, run },
    backend: { countInbound } as unknown as AdmissionParts["backend"],
    offerOf: (model: string) => (model === MODEL ? offer : undefined),
    profileOf: () => PROFILE,
    principalOf: async () => undefined,
    settledNonceOf: async () => 0n,
    unlockMarginSeconds: 3600n,
    clock: () => NOW_MS,
    ...parts,
  };
  const enter = (frame = frameOf(), signal = never) => admit(all, frame, signal);
  return { enter, store, run, queue, channels, reads: () => reads };
}
const refusal = (code: string) => expect.objectContaining({ code });
describe("a request that is admitted", () => {
  it("is in the log, with its lane busy, and says what to work on", async () => {
    const { enter, store, run } = stage();
    const frame = frameOf();
    const requestHash = hasher.hashRequest(frame.request);
    const { messages, sampling, request, promptSalt, weightsHash, profileHash, offerHash } = frame;
    expect(await enter(frame)).toEqual({
      ...{ request, requestHash, lane: EMPTY_LANE, epoch: run.epoch },
      prompt: { promptSalt, messages, sampling, weightsHash, profileHash, offerHash, profile: PROFILE },
      completion: {
        ...{ model: MODEL, messages, sampling, maxOutboundTokens: 1000 },
        ...{ asOfSeconds: Number(request.deadline), requestHash },
      },
    });
    expect(store.find(requestHash)).toEqual({ status: "running", request: frame.request });
    expect(store.busyLane(client.address, 1n)).toBe(true);
    const bare = stage({ profileOf: () => undefined, channel: [{ balance: 2n * CAP }] });
    expect(Object.keys((await bare.enter(frameOf({ lane: 2n }))).prompt)).not.toContain("profile");
  });

  it("is signed by its client, or by a session signer that is in force for it", async () => {
    const asked: Address[] = [];
    const principalOf = async (signer: Address): Promise<Address> => {
      asked.push(signer);
      return client.address;
    };
    const { enter } = stage({ principalOf, channel: [{ balance: 2n * CAP }] });
    await enter();
    expect(asked).toEqual([]);
    await enter(frameOf({ lane: 2n }, stranger));
    expect(asked).toEqual([stranger.address]);
  });
});

describe("a request is refused", () => {
  it("while the disk has no room, and once this executor has stopped, whatever it asks for", async () => {
    const full = new LloomError("STORE_FAILED", "The disk is nearly full.");
    await expect(stage({ room: { problem: () => full } }).enter()).rejects.toBe(full);
    const { enter, run } = stage();
    run.end(new LloomError("KEY_IN_USE", "Another one."));
    await expect(enter()).rejects.toEqual(refusal("DRAINING"));
  });

  it("when it does not fit the offers, the time, or what was sent beside it", async () => {
    const { enter, reads } = stage();
    await expect(enter(frameOf({ model: "other" }))).rejects.toEqual(refusal("MODEL_NOT_FOUND"));
    await expect(enter(frameOf({ deadline: NOW + 5n }))).rejects.toEqual(refusal("DEADLINE_INVALID"));
    await expect(enter(frameOf({ inboundPrice: 0n }))).rejects.toEqual(refusal("PRICE_REFUSED"));
    await expect(enter({ ...frameOf(), messages: [] })).rejects.toEqual(refusal("REQUEST_INVALID"));
    await expect(enter({ ...frameOf(), offerHash: SALT })).rejects.toEqual(refusal("OFFER_UNKNOWN"));
    const unheardOf = { ...frameOf().sampling, samplerOfTomorrow: 1 };
    await expect(enter({ ...frameOf(), sampling: unheardOf })).rejects.toEqual(refusal("UNSUPPORTED"));
    const embedder = profileText({ backend: "llama.cpp", maxContext: 4096, evidence: "text", conversations: false });
    await expect(stage({ profileOf: () => embedder }).enter()).rejects.toEqual(refusal("UNSUPPORTED"));
    expect(reads()).toBe(0);
  });

  it("when nobody signed it who may, and the chain is not asked whom a broken signature signs for", async () => {
    let asked = 0;
    const { enter } = stage({
      principalOf: async () => {
        asked++;
        return undefined;
      },
    });
    await expect(enter(frameOf({}, stranger))).rejects.toEqual(refusal("SIGNATURE_INVALID"));
    expect(asked).toBe(1);
    const broken = { ...frameOf(), signature: { r: ZERO_HASH, vs: ZERO_HASH } };
    await expect(enter(broken)).rejects.toEqual(refusal("SIGNATURE_INVALID"));
    expect(asked).toBe(1);
  });

  it("when its lane is busy or out of step, here or on chain", async () => {
    const { enter, reads } = stage();
    await expect(enter(frameOf({ nonce: 2n }))).rejects.toEqual(refusal("LANE_OUT_OF_STEP"));
    await enter();
    await expect(enter(frameOf({ nonce: 1n, maxInboundTokens: 1999n }))).rejects.toEqual(refusal("LANE_BUSY"));
    expect(reads()).toBe(1);
    const elsewhere = stage({ settledNonceOf: async (_, lane) => (lane === 2n ? 1n : 0n) });
    await expect(elsewhere.enter(frameOf({ lane: 2n }))).rejects.toEqual(refusal("LANE_OUT_OF_STEP"));
  });

  it("when there is no room, before anything is counted or read", async () => {
    let counted = 0;
    const { enter, queue, reads } = stage({ countInbound: async () => ++counted });
    for (const _ of [1, 2]) void queue.enter({ client: stranger.address, signal: never, onPosition: () => undefined });
    await expect(enter()).rejects.toEqual(refusal("QUEUE_FULL"));
    expect([counted, reads()]).toEqual([0, 0]);
  });

  it("when its prompt is larger than it says, or the context does not hold it", async () => {
    await expect(stage({ countInbound: async () => 2001 }).enter()).rejects.toEqual(refusal("REQUEST_INVALID"));
    const full = { offerOf: () => ({ ...offer, maxContext: 10n }) };
    await expect(stage(full).enter()).rejects.toEqual(refusal("CONTEXT_EXCEEDED"));
  });

  it("no limit for which the context has no room: the answer gets what the prompt leaves of it", async () => {
    const limitIn = async (maxContext: bigint) =>
      (await stage({ offerOf: () => ({ ...offer, maxContext }) }).enter()).completion.maxOutboundTokens;
    expect([await limitIn(11n), await limitIn(1009n), await limitIn(1010n), await limitIn(4096n)]).toEqual([
      1, 999, 1000, 1000,
    ]);
  });
});

describe("the channel", () => {
  it("is believed as it is known while it pays", async () => {
    const { enter, channels, reads } = stage();
    await channels.get(client.address);
    await enter();
    expect(reads()).toBe(1);
  });

  it("that would not pay is read once more before anybody is refused", async () => {
    const filled = stage({ channel: [{ balance: 0n }, { balance: CAP }] });
    await filled.enter();
    expect(filled.reads()).toBe(2);
    const poor = stage({ channel: [{ balance: CAP - 1n }] });
    await expect(poor.enter(frameOf({ lane: 2n }))).rejects.toEqual(refusal("CHANNEL_UNDERFUNDED"));
    expect(poor.reads()).toBe(2);
  });

  it("has to cover what other lanes may cost already", async () => {
    const { enter } = stage({ channel: [{ balance: 2n * CAP - 1n }] });
    await enter();
    await expect(enter(frameOf({ lane: 2n }))).rejects.toEqual(refusal("CHANNEL_UNDERFUNDED"));
  });

  it("unlocks by the chain's clock, not by this machine's", async () => {
    const unlocking = { balance: 2n * CAP, unlocking: 1n, unlockAt: NOW + 3600n };
    expect(await stage({ channel: [unlocking] }).enter()).toBeDefined();
    const ahead = stage({ channel: [{ ...unlocking, skewSeconds: 1n }] });
    await expect(ahead.enter(frameOf({ lane: 2n }))).rejects.toEqual(refusal("UNLOCK_PENDING"));
  });

  it("that changes all the time is read four times and no more", async () => {
    let [reads, refreshes] = [0, 0];
    const restless = {
      peek: () => undefined,
      get: async () => void reads++,
      refresh: async () => void refreshes++,
    } as unknown as AdmissionParts["channels"];
    await expect(stage({ channels: restless }).enter()).rejects.toMatchObject({
      code: "CHANNEL_UNDERFUNDED",
      next: "Try again in a moment.",
    });
    // Once with the other facts, and then the four.
    expect([reads, refreshes]).toEqual([5, 0]);
  });
});

describe("what happens while facts are collected", () => {
  /** Stages a request during whose counting something else happens. */
  const meanwhile = (act: (staged: ReturnType<typeof stage>) => unknown) => {
    const staged = stage({
      countInbound: async () => {
        await act(staged);
        return 10;
      },
      channel: [{ balance: 5n * CAP }],
    });
    return staged.enter();
  };

  it("counts: another request of the lane, the queue's last place, the very same request, the offer's end", async () => {
    const accept = ({ store }: ReturnType<typeof stage>): void => {
      const { request, signature } = frameOf({ maxInboundTokens: 1999n });
      const requestHash = hasher.hashRequest(request);
      store.accept({ requestHash, request, clientSignature: signature, acceptedAtMs: 0 });
    };
    await expect(meanwhile(({ run }) => run.take(OFFER_HASH, hasher.hashRequest(frameOf().request)))).rejects.toEqual(
      refusal("LANE_OUT_OF_STEP"),
    );
    await expect(meanwhile(({ run }) => run.end(new LloomError("KEY_IN_USE", "Another one.")))).rejects.toEqual(
      refusal("OFFER_UNKNOWN"),
    );
    const fill = ({ queue }: ReturnType<typeof stage>): void => {
      for (const _ of [1, 2])
        void queue.enter({ client: stranger.address, signal: never, onPosition: () => undefined });
    };
    await expect(meanwhile(fill)).rejects.toEqual(refusal("QUEUE_FULL"));
    await expect(meanwhile(accept)).rejects.toEqual(refusal("LANE_BUSY"));
  });

  it("is waited for no longer than the signal says, whatever hangs", async () => {
    const hanging: Staging[] = [{ principalOf: hang }, { countInbound: hang }, { settledNonceOf: hang }];
    for (const parts of hanging) {
      const stop = new AbortController();
      const entered = stage(parts).enter(frameOf({}, parts.principalOf === undefined ? client : stranger), stop.signal);
      stop.abort();
      await expect(entered).rejects.toEqual(refusal("CANCELLED"));
    }
    const stop = new AbortController();
    const { enter, channels } = stage({ channel: [{ balance: 0n }] });
    await channels.get(client.address);
    channels.refresh = () => {
      stop.abort();
      return hang();
    };
    await expect(enter(frameOf(), stop.signal)).rejects.toEqual(refusal("CANCELLED"));
  });
});
