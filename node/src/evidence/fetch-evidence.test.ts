/** Evidence from two parties over real hosts, of which either may lie: what is right is found, and who lied is named. */
import type { Hex } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { EVIDENCE_ITEMS, EVIDENCE_LIMITS, type EvidencePart } from "@lloom/protocol/evidence-messages";
import { evidenceParts, type HeldEvidence } from "@lloom/protocol/evidence-parts";
import { encodeEvidencePart } from "@lloom/protocol/evidence-wire";
import { EVIDENCE_PROTOCOL } from "@lloom/protocol/names";
import { packTrace } from "@lloom/protocol/trace";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stageEvidence } from "../../../protocol/test/staged-evidence.ts";
import { createExchange, testIdentity } from "../../../test/support/exchange.ts";
import { never, silentLog, startHost, targetOf } from "../../../test/support/hosts.ts";
import { LloomError } from "../errors.ts";
import { serveEvidence } from "../p2p/evidence/evidence-server.ts";
import { encodeLength } from "../p2p/frames/framing.ts";
import type { Host } from "../p2p/host/host.ts";
import { recoverAddress } from "../wallet/recover.ts";
import {
  type EvidenceFaultKind,
  type EvidenceSource,
  type FetchEvidenceParts,
  fetchEvidence,
  NoEvidence,
  type WantedEvidence,
} from "./fetch-evidence.ts";
import { fetchTrace } from "./fetch-trace.ts";

const { hasher, client, executor } = createExchange();
const parties = { hasher, client, executor };
const profile = '{"backend":"llama.cpp"}';
const staged = stageEvidence({ ...parties, profile });
const other = stageEvidence({ ...parties, lane: 2n, text: "Another answer." });
const { requestHash, responseHash } = staged;
const items = [...EVIDENCE_ITEMS];

let stack: AsyncDisposableStack;
let asker: Host;
let hosts: Record<EvidenceSource["role"], Host>;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  asker = stack.use(await startHost({ listen: [], limits: { banMs: 0 } }));
  hosts = {
    client: stack.use(await startHost({ secret: client.secret, limits: { banMs: 0 } })),
    executor: stack.use(await startHost({ secret: executor.secret, limits: { banMs: 0 } })),
  };
});
afterEach(() => stack.disposeAsync());

const source = (role: EvidenceSource["role"]): EvidenceSource => ({
  role,
  address: { client, executor }[role].address,
  target: targetOf(hosts[role]),
});
/** Lets a party answer every question with parts of its own. */
const serve = async (
  role: EvidenceSource["role"],
  parts: (items: never[]) => Iterable<EvidencePart>,
): Promise<void> => {
  const handle = async (ask: { items: readonly string[] }) => parts([...ask.items] as never[]);
  stack.use(await serveEvidence(hosts[role], { handle, log: silentLog }));
};
const serveHeld = (role: EvidenceSource["role"], held: HeldEvidence): Promise<void> =>
  serve(role, (asked) => evidenceParts(held, { items: asked }));
const fetch = (wanted: Partial<WantedEvidence> = {}, parts: Partial<FetchEvidenceParts> = {}) =>
  fetchEvidence(
    {
      ...{ host: asker, hasher },
      isSignedFor: async (account, digest, signature) => recoverAddress(digest, signature) === account,
      ...parts,
    },
    { requestHash, responseHash, items, sources: [source("executor"), source("client")], ...wanted },
    never,
  );

describe("evidence about an answer", () => {
  it("is taken from whoever has all of it, and nobody else is asked", async () => {
    await serveHeld("executor", staged.held);
    const { evidence, faults } = await fetch();
    expect(evidence).toMatchObject({ prompt: staged.held.prompt, text: staged.held.text, responseHash });
    expect(evidence.trace?.leaves).toHaveLength(3);
    expect([faults, evidence.lacks.size]).toEqual([[], 0]);
  });

  it("is put together from both, and says what neither has", async () => {
    const nothing = { trace: "none", acknowledgement: "none" } as const;
    await serveHeld("executor", { ...staged.held, ...nothing, prompt: "deleted", text: "deleted", trace: "deleted" });
    await serveHeld("client", { ...staged.held, ...nothing });
    const { evidence, faults } = await fetch();
    expect(evidence).toMatchObject({ prompt: staged.held.prompt, text: staged.held.text });
    expect([...evidence.lacks]).toEqual([
      ["trace", "deleted"],
      ["acknowledgement", "none"],
    ]);
    expect(faults).toEqual([]);
  });

  it("has the profile from the other party where one shows the prompt without it", async () => {
    const { profile: _, ...bare } = staged.held.prompt;
    await serveHeld("executor", { ...staged.held, prompt: bare });
    await serveHeld("client", { ...staged.held, trace: "none" });
    const { evidence, faults } = await fetch();
    expect(evidence.prompt).toEqual(staged.held.prompt);
    expect([evidence.trace?.total, evidence.lacks.size, faults]).toEqual([3, 0, []]);
  });

  it("is as little as the receipt, if that is what is wanted", async () => {
    await serveHeld("executor", staged.held);
    const { evidence } = await fetch({ items: [] });
    expect(evidence.receipt).toEqual(staged.receipt);
  });
});

/** What a party that lies or fails does, and by which code it is known. */
const LIES: readonly [string, () => Promise<void>, RegExp][] = [
  [
    "forges a leaf",
    () => serveHeld("executor", { ...staged.held, trace: packTrace(staged.leaves.toReversed()) }),
    /^(FRAME|EVIDENCE)_INVALID$/,
  ],
  ["forges the text", () => serveHeld("executor", { ...staged.held, text: other.held.text }), /^EVIDENCE_INVALID$/],
  [
    "forges the prompt",
    () => serveHeld("executor", { ...staged.held, prompt: other.held.prompt }),
    /^EVIDENCE_INVALID$/,
  ],
  [
    "forges the profile",
    () => serveHeld("executor", { ...staged.held, prompt: { ...staged.held.prompt, profile: `${profile} ` } }),
    /^EVIDENCE_INVALID$/,
  ],
  ["shows another answer", () => serveHeld("executor", other.held), /^EVIDENCE_INVALID$/],
  [
    "signs the receipt itself",
    () =>
      serveHeld("executor", {
        ...staged.held,
        receipt: { ...staged.receipt, clientSignature: staged.receipt.executorSignature },
      }),
    /^EVIDENCE_INVALID$/,
  ],
  [
    "signs the acknowledgement itself",
    () => serveHeld("executor", { ...staged.held, acknowledgement: { signature: executor.sign(requestHash) } }),
    /^EVIDENCE_INVALID$/,
  ],
  [
    "refuses",
    () =>
      serve("executor", () => {
        throw new LloomError("EVIDENCE_REFUSED", "Not for you.");
      }),
    /^(EVIDENCE_REFUSED|INTERNAL)$/,
  ],
  ["is not there", async () => undefined, /^EXECUTOR_UNREACHABLE$/],
  [
    "breaks off in the middle",
    () => serveRaw(framed(evidenceParts(staged.held, { items: ["text"] }).next().value as EvidencePart)),
    /^STREAM_INTERRUPTED$/,
  ],
  ["says nothing", () => hosts.executor.libp2p.handle(EVIDENCE_PROTOCOL, () => undefined), /^EXECUTOR_TIMEOUT$/],
  ["sends a frame larger than any", () => serveRaw(encodeLength(EVIDENCE_LIMITS.frameBytes + 1)), /^FRAME_TOO_LARGE$/],
  [
    "never ends",
    () =>
      serve("executor", function* () {
        yield { type: "receipt", ...staged.receipt };
        for (;;)
          yield {
            ...{ type: "text", contentSalt: requestHash, totalBytes: EVIDENCE_LIMITS.textBytes, offset: 0 },
            bytes: new Uint8Array(EVIDENCE_LIMITS.partBytes),
          };
      }),
    /^FRAME_INVALID$/,
  ],
];
/** Whether it could not be reached, said no, or said what is wrong. */
function kindOf(code: string | undefined): EvidenceFaultKind {
  if (/^(EXECUTOR_UNREACHABLE|EXECUTOR_TIMEOUT|STREAM_INTERRUPTED)$/.test(code ?? "")) return "unreached";
  return /^(EVIDENCE_REFUSED|INTERNAL)$/.test(code ?? "") ? "refused" : "invalid";
}
const framed = (part: EvidencePart): Uint8Array => {
  const frame = encodeEvidencePart(part);
  return Buffer.concat([encodeLength(frame.length), frame]);
};
const serveRaw = (bytes: Uint8Array): Promise<void> =>
  hosts.executor.libp2p.handle(EVIDENCE_PROTOCOL, async (stream) => {
    stream.send(bytes);
    await stream.close().catch(() => undefined);
  });

describe("a party that", () => {
  it.each(LIES)("%s is named, and the other one is asked", async (what, lie, code) => {
    const silent = what === "says nothing";
    await lie();
    const held = { ...staged.held, trace: "none", acknowledgement: "none" } as const;
    await serveHeld("client", held);
    const { evidence, faults } = await fetch({}, silent ? { limits: { frameMs: 1_000 } } : {});
    expect(evidence).toMatchObject({ prompt: staged.held.prompt, text: staged.held.text });
    expect(faults).toHaveLength(1);
    const [{ source: blamed, error, kind } = { source: undefined, error: undefined, kind: undefined }] = faults;
    expect(blamed?.role).toBe("executor");
    expect(kind).toBe(kindOf(error?.code));
    expect(error?.code).toMatch(code);
    expect(error?.message).toContain(`Executor ${executor.address}: `);
    expect(error?.details).toMatchObject({ role: "executor", peer: hosts.executor.peerId });
  });

  it("gives its place to another's key is not even asked", async () => {
    const stranger = stack.use(await startHost({ secret: testIdentity("stranger").secret }));
    const posing = { ...source("executor"), target: targetOf(stranger) };
    const thrown = await fetch({ sources: [posing] }).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: "EVIDENCE_MISSING" });
    expect(stranger.connected()).toEqual([]);
  });

  it("is said to be the other party is found out by the receipt", async () => {
    await serveHeld("executor", staged.held);
    const posing = { ...source("executor"), role: "client" as const };
    await expect(fetch({ sources: [posing] })).rejects.toMatchObject({
      code: "EVIDENCE_MISSING",
      details: { faults: [expect.stringContaining("names another client")] },
    });
  });
});

it("a party that says itself that it cannot be reached, or is busy, has been reached", async () => {
  const said = async (code: ErrorCode) => {
    await serveRaw(framed({ type: "error", code, message: "Not now." }));
    const thrown = await fetch({ sources: [source("executor")] }).catch((error: unknown) => error);
    await hosts.executor.libp2p.unhandle(EVIDENCE_PROTOCOL);
    return thrown instanceof NoEvidence ? thrown.faults.map(({ kind }) => kind) : thrown;
  };
  expect(await said("EXECUTOR_UNREACHABLE")).toEqual(["refused"]);
  expect(await said("STREAM_INTERRUPTED")).toEqual(["refused"]);
  expect(await said("RATE_LIMITED")).toEqual(["busy"]);
});

describe("a trace", () => {
  const saved: Hex[] = [];
  const trace = () =>
    fetchTrace(
      {
        ...{ host: asker, hasher, log: silentLog, pauseMs: 0 },
        isSignedFor: async (account, digest, signature) => recoverAddress(digest, signature) === account,
        store: { saveTrace: (fetched) => void saved.push(fetched.requestHash) },
      },
      { requestHash, responseHash, executor: executor.address, target: targetOf(hosts.executor) },
      never,
    );

  it("comes whole and is kept", async () => {
    await serveHeld("executor", staged.held);
    expect((await trace()).leaves).toHaveLength(3);
    expect(saved).toEqual([requestHash]);
  });

  it("that does not come is withheld only by an executor that was reached", async () => {
    expect(await trace()).toEqual({ leaves: undefined, why: "unreached" });
    await serveHeld("executor", { ...staged.held, trace: "deleted" });
    expect(await trace()).toEqual({ leaves: undefined, why: "refused" });
  });
});

it("nobody who shows anything: an error with what everybody said", async () => {
  await expect(fetch()).rejects.toMatchObject({
    code: "EVIDENCE_MISSING",
    details: { faults: [expect.stringContaining("Executor"), expect.stringContaining("Client")] },
  });
});

it("a chain that does not say whose a key is, is nobody's fault", async () => {
  await serveHeld("executor", staged.held);
  const isSignedFor = async (): Promise<boolean> => {
    throw new LloomError("CHAIN_UNREACHABLE", "No answer.");
  };
  await expect(fetch({}, { isSignedFor })).rejects.toMatchObject({ code: "CHAIN_UNREACHABLE" });
});
