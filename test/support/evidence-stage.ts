/** `/lloom/evidence/1` between two real hosts of each test: one is asked, and one asks, which listens nowhere. */
import type { Stream } from "@libp2p/interface";
import { EVIDENCE_LIMITS, type EvidenceAsk, type EvidencePart } from "@lloom/protocol/evidence-messages";
import { EVIDENCE_PROTOCOL } from "@lloom/protocol/names";
import { multiaddr } from "@multiformats/multiaddr";
import { afterEach, beforeEach } from "vitest";
import { LloomError } from "../../node/src/errors.ts";
import { askEvidence, type EvidenceCall } from "../../node/src/p2p/evidence/evidence-client.ts";
import { type EvidenceServerOptions, serveEvidence } from "../../node/src/p2p/evidence/evidence-server.ts";
import { encodeLength } from "../../node/src/p2p/frames/framing.ts";
import type { Host } from "../../node/src/p2p/host/host.ts";
import { never, silentLog, startHost, targetOf } from "./hosts.ts";

export const ASK: EvidenceAsk = { type: "ask", requestHash: `0x${"5a".repeat(32)}`, items: ["text"] };
export const END: EvidencePart = { type: "end" };
export const textPart = (offset: number): EvidencePart => ({
  ...{ type: "text", contentSalt: ASK.requestHash, totalBytes: EVIDENCE_LIMITS.textBytes, offset },
  bytes: new Uint8Array(EVIDENCE_LIMITS.partBytes).fill(7),
});
export const framed = (frame: Uint8Array): Uint8Array => Buffer.concat([encodeLength(frame.length), frame]);

export let server: Host;
export let asker: Host;
export let stack: AsyncDisposableStack;

/** New hosts for every test of a file. */
export function useHosts(): void {
  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    server = stack.use(await startHost({ limits: { banMs: 60_000 } }));
    asker = stack.use(await startHost({ listen: [], limits: { banMs: 60_000 } }));
  });
  afterEach(() => stack.disposeAsync());
}

/** Until the test ends. */
export async function serve(options: Partial<EvidenceServerOptions>): Promise<void> {
  stack.use(await serveEvidence(server, { handle: async () => [END], log: silentLog, ...options }));
}

/** What comes of a question. */
export async function ask(change: Partial<EvidenceCall> = {}): Promise<EvidencePart[]> {
  const parts: EvidencePart[] = [];
  const take = (part: EvidencePart): void => {
    if (part.type === "error") throw new LloomError(part.code, part.message);
    parts.push(part);
  };
  await askEvidence(asker, { target: targetOf(server), ask: ASK, take, signal: never, ...change });
  return parts;
}

/** A stream on which nothing is asked yet. */
export const open = (): Promise<Stream> =>
  asker.libp2p.dialProtocol(
    server.multiaddrs().map((address) => multiaddr(address)),
    EVIDENCE_PROTOCOL,
  );
