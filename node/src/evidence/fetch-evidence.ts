import type { Address, CompactSignature, Hex } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { type Evidence, EvidenceCollector, type NeededSignature } from "@lloom/protocol/evidence-collector";
import type { EvidenceAsk, EvidenceItem, EvidencePart, LeafRange } from "@lloom/protocol/evidence-messages";
import { lacksProfile } from "@lloom/protocol/opened-prompt";
import { asLloomError, LloomError } from "../errors.ts";
import { askEvidence } from "../p2p/evidence/evidence-client.ts";
import type { PeerTarget } from "../p2p/host/dial.ts";
import type { Host } from "../p2p/host/host.ts";
import { peerAddress } from "../p2p/host/peer-address.ts";
import type { EvidenceAskLimits } from "../p2p/limits.ts";

/** A party that may have evidence, and where it is. */
export interface EvidenceSource {
  readonly role: "client" | "executor";
  readonly address: Address;
  readonly target: PeerTarget;
}

export interface WantedEvidence extends Pick<EvidenceAsk, "requestHash"> {
  readonly items: readonly EvidenceItem[];
  /** Of the trace; absent: all of it. */
  readonly ranges?: readonly LeafRange[];
  /** The response that a dispute names; absent: whichever both have signed. */
  readonly responseHash?: Hex;
  /** The client's consent to whoever asks. */
  readonly consent?: CompactSignature;
  /** Asked one after the other, until all is here. */
  readonly sources: readonly EvidenceSource[];
}

export interface FetchEvidenceParts {
  readonly host: Host;
  readonly hasher: CommitmentHasher;
  /** Whether a signature is an account's, or of a key that signs for it. */
  readonly isSignedFor: (account: Address, digest: Hex, signature: CompactSignature) => Promise<boolean>;
  readonly limits?: Partial<EvidenceAskLimits>;
}

/**
 * What came of asking a source. `unreached`: nothing, or nothing whole, whoever is to blame: a party may be kept from answering by others. `busy`: its
 * word that it cannot now. `refused`: its word that there is nothing, or nothing for this account. `invalid`: something that is wrong.
 */
export type EvidenceFaultKind = "unreached" | "busy" | "refused" | "invalid";

/** What went wrong with a source: `error` names it. */
export interface EvidenceFault {
  readonly source: EvidenceSource;
  readonly kind: EvidenceFaultKind;
  readonly error: LloomError;
}

/** Nobody shows as much as the receipt; `faults` say why, of each that was asked. */
export class NoEvidence extends LloomError {
  readonly faults: readonly EvidenceFault[];

  constructor(requestHash: Hex, faults: readonly EvidenceFault[]) {
    super("EVIDENCE_MISSING", "Nobody shows evidence of this answer.", {
      details: { requestHash, faults: faults.map(({ error }) => error.message) },
    });
    this.faults = faults;
  }
}

export interface FetchedEvidence {
  /** Checked against the signed hashes, whoever it came from; `lacks` holds what nobody had. */
  readonly evidence: Evidence;
  /** Who gave nothing, or nothing that is right: its silence, its refusal, its forgery. */
  readonly faults: readonly EvidenceFault[];
}

/**
 * Collects evidence about an answer from whoever has it. What one party forges, withholds or breaks off is asked of the next; nothing
 * of a party that was wrong once is kept. Throws CANCELLED, what the chain throws, and `NoEvidence` (EVIDENCE_MISSING) when nobody shows
 * as much as the receipt; its `details` name everybody with what they said.
 */
export async function fetchEvidence(
  parts: FetchEvidenceParts,
  wanted: WantedEvidence,
  signal: AbortSignal,
): Promise<FetchedEvidence> {
  let evidence: Evidence | undefined;
  const faults: EvidenceFault[] = [];
  for (const source of wanted.sources) {
    const items = wanted.items.filter((item) => evidence === undefined || !isWhole(evidence, item));
    if (evidence !== undefined && items.length === 0) break;
    const responseHash = evidence?.responseHash ?? wanted.responseHash;
    let isWord = false;
    const onWord = (): void => {
      isWord = true;
    };
    const fail = (thrown: unknown): void => {
      const error = asLloomError(thrown);
      faults.push({ source, kind: faultKind(error, isWord), error: named(source, error) });
    };
    const found = await collectFrom(parts, { ...wanted, items, responseHash }, { source, signal, onWord }).catch(fail);
    if (signal.aborted) throw new LloomError("CANCELLED", "The caller cancelled.");
    if (found === undefined) continue;
    // What the chain does not say now is nobody's fault here.
    const forged = await forgedSignature(parts, found);
    if (forged !== undefined) fail(new LloomError("EVIDENCE_INVALID", `A signature is not the ${forged}'s.`));
    else evidence = evidence === undefined ? found.evidence : merged(evidence, found.evidence);
  }
  if (evidence !== undefined) return { evidence, faults };
  throw new NoEvidence(wanted.requestHash, faults);
}

type Collected = ReturnType<EvidenceCollector["result"]>;

interface Asking extends Omit<WantedEvidence, "responseHash" | "sources"> {
  readonly responseHash: Hex | undefined;
}

interface Asked {
  readonly source: EvidenceSource;
  readonly signal: AbortSignal;
  /** Told when the source says why it gives nothing. */
  readonly onWord: () => void;
}

async function collectFrom(
  { host, hasher, limits = {} }: FetchEvidenceParts,
  { requestHash, responseHash, items, ranges, consent }: Asking,
  { source, signal, onWord }: Asked,
): Promise<Collected> {
  const { role, address, target } = source;
  if (peerAddress(target.peerId) !== address)
    throw new LloomError("EVIDENCE_INVALID", `The peer's key is not the ${role}'s.`);
  const ask: EvidenceAsk = {
    ...{ type: "ask", requestHash, items: [...items] },
    ...(ranges === undefined ? {} : { ranges: [...ranges] }),
    ...(consent === undefined ? {} : { consent }),
  };
  const collector = new EvidenceCollector({ hasher, ask, responseHash });
  const take = (part: EvidencePart): void => {
    if (part.type === "error") onWord();
    collector.take(part);
  };
  await askEvidence(host, { target, ask, take, signal, limits });
  const collected = collector.result();
  if (collected.evidence.receipt.request[role] !== address)
    throw new LloomError("EVIDENCE_INVALID", `The receipt names another ${role}.`);
  return collected;
}

/** What is here of an item is all that there can be: a prompt whose profile is not shown may be shown with it by the other party. */
const isWhole = (evidence: Evidence, item: EvidenceItem): boolean =>
  evidence[item] !== undefined &&
  !(item === "prompt" && evidence.prompt !== undefined && lacksProfile(evidence.prompt));

/** Whose signature is another's; `undefined` if all are right. Throws what the chain throws. */
async function forgedSignature(
  { isSignedFor }: FetchEvidenceParts,
  { evidence, signatures }: Collected,
): Promise<NeededSignature["by"] | undefined> {
  for (const { by, digest, signature } of signatures)
    if (!(await isSignedFor(evidence.receipt.request[by], digest, signature))) return by;
  return undefined;
}

/** What the first did not have, by the second, which has what it shows in full where the first has not; where both have nothing, why the first has not. */
function merged(first: Evidence, second: Evidence): Evidence {
  const lacks = new Map([...first.lacks].filter(([item]) => second[item] === undefined));
  return { ...first, ...second, lacks };
}

/** That nothing came, as whoever asks sees it itself; RATE_LIMITED: too many of its own questions wait. */
const NOTHING_CAME: ReadonlySet<ErrorCode> = new Set([
  "EXECUTOR_UNREACHABLE",
  "EXECUTOR_TIMEOUT",
  "STREAM_INTERRUPTED",
  "RATE_LIMITED",
]);
const BUSY: ReadonlySet<ErrorCode> = new Set(["RATE_LIMITED", "CHAIN_UNREACHABLE", "DRAINING"]);

/** A code may be any if the source has said it: it is its word then, and no more. */
function faultKind({ code }: LloomError, isWord: boolean): EvidenceFaultKind {
  if (isWord) return BUSY.has(code) ? "busy" : "refused";
  return NOTHING_CAME.has(code) ? "unreached" : "invalid";
}

/** The same problem, with who caused it. */
function named({ role, address, target }: EvidenceSource, { code, message, next, details }: LloomError): LloomError {
  return new LloomError(code, `${role === "client" ? "Client" : "Executor"} ${address}: ${message}`, {
    next,
    details: { ...details, role, address, peer: target.peerId },
  });
}
