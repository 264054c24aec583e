import type { CompactSignature, Hex, Receipt } from "./commitment-types.ts";
import type { CommitmentHasher } from "./commitments.ts";
import { laterRequestProblem, openLeaves, openTrace, receiptProblem, textProblem } from "./evidence-check.ts";
import {
  type AcknowledgementPart,
  EVIDENCE_LIMITS,
  type EvidenceAsk,
  type EvidenceItem,
  type EvidencePart,
  type LeafPart,
  type TextPart,
  type TracePart,
  type WhyMissing,
} from "./evidence-messages.ts";
import { askedLeaves } from "./evidence-parts.ts";
import { LloomError } from "./lloom-error.ts";
import { type OpenedPrompt, promptProblem } from "./opened-prompt.ts";
import { type TraceLeaf, unpackTrace } from "./trace.ts";

/** What can be known of an answer, each thing held against the signed hashes. */
export interface Evidence {
  readonly receipt: Receipt;
  /** Digest of the response. */
  readonly responseHash: Hex;
  readonly prompt?: OpenedPrompt;
  readonly text?: { readonly contentSalt: Hex; readonly bytes: Uint8Array };
  readonly trace?: KnownTrace;
  readonly acknowledgement?: Omit<AcknowledgementPart, "type">;
  /** Why what was asked for is not there. */
  readonly lacks: ReadonlyMap<EvidenceItem, WhyMissing>;
}

/** Leaves in their order: all, or those that were asked for and the last. */
export interface KnownTrace {
  /** How many there are. */
  readonly total: number;
  readonly leaves: readonly TraceLeaf[];
}

/** A signature that has to be somebody's, or of a key that signs for that account. */
export interface NeededSignature {
  readonly by: "client" | "executor";
  readonly digest: Hex;
  readonly signature: CompactSignature;
}

export interface CollectorOptions {
  readonly hasher: CommitmentHasher;
  readonly ask: Pick<EvidenceAsk, "requestHash" | "items" | "ranges">;
  /** The response that a dispute names. */
  readonly responseHash?: Hex | undefined;
}

/**
 * Takes the parts of one answer as they come and believes none of them. Throws LloomError FRAME_INVALID for what the protocol does
 * not allow, EVIDENCE_INVALID for what does not belong to what was signed. It holds no more than the limits of one of each item.
 */
export class EvidenceCollector {
  readonly #options: CollectorOptions;
  #receipt: Receipt | undefined;
  #prompt: OpenedPrompt | undefined;
  #acknowledgement: Omit<AcknowledgementPart, "type"> | undefined;
  readonly #lacks = new Map<EvidenceItem, WhyMissing>();
  readonly #texts: TextPart[] = [];
  #textBytes = 0;
  readonly #leaves: Uint8Array[] = [];
  #traceBytes = 0;
  #total: number | undefined;
  readonly #proven: LeafPart[] = [];
  #hasEnded = false;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /** Whether the last part has come. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** What comes as an error is thrown as that. */
  take(part: EvidencePart): void {
    if (this.#hasEnded) throw broken("a part after the end");
    if (part.type === "error") throw new LloomError(part.code, `The peer answered: ${part.message}`);
    if (part.type === "receipt") this.#takeReceipt(part);
    else if (this.#receipt === undefined) throw broken(`${part.type} before the receipt`);
    else if (part.type === "end") this.#hasEnded = true;
    else this.#takeItem(part, this.#receipt);
  }

  /** Everything that came, checked; `signatures` are still to be. Throws EVIDENCE_INVALID and, before the end, FRAME_INVALID. */
  result(): { readonly evidence: Evidence; readonly signatures: readonly NeededSignature[] } {
    const receipt = this.#receipt;
    if (!this.#hasEnded || receipt === undefined) throw broken("it has not ended");
    const { hasher, ask } = this.#options;
    const text = this.#checkedText(receipt);
    const trace = this.#checkedTrace(receipt);
    const responseHash = hasher.hashResponse(receipt.response);
    const evidence: Evidence = {
      ...{ receipt, responseHash, lacks: this.#lacks },
      ...(this.#prompt === undefined ? {} : { prompt: this.#prompt }),
      ...(text === undefined ? {} : { text }),
      ...(trace === undefined ? {} : { trace }),
      ...(this.#acknowledgement === undefined ? {} : { acknowledgement: this.#acknowledgement }),
    };
    const unsaid = ask.items.find((item) => evidence[item] === undefined && !this.#lacks.has(item));
    if (unsaid !== undefined) throw broken(`nothing is said about ${unsaid}`);
    return { evidence, signatures: this.#signatures(evidence) };
  }

  #takeReceipt({ type: _, ...receipt }: Extract<EvidencePart, { readonly type: "receipt" }>): void {
    if (this.#receipt !== undefined) throw broken("a receipt twice");
    const { hasher, ask, responseHash } = this.#options;
    check(receiptProblem(hasher, receipt, { requestHash: ask.requestHash, responseHash }));
    this.#receipt = receipt;
  }

  #takeItem(part: ItemPart, { request }: Receipt): void {
    const item = itemOf(part);
    if (!this.#options.ask.items.includes(item)) throw broken(`${item} was not asked for`);
    if (this.#lacks.has(item)) throw broken(`${item} is missing, and came`);
    if (part.type === "missing") {
      if (this.#has(item)) throw broken(`${item} came, and is missing`);
      this.#lacks.set(item, part.why);
    } else if (part.type === "text") this.#takeText(part);
    else if (part.type === "trace") this.#takeTrace(part);
    else if (part.type === "leaf") this.#takeLeaf(part);
    else if (this.#has(item)) throw broken(`${item} twice`);
    else if (part.type === "prompt") {
      const { type: _, ...prompt } = part;
      check(promptProblem(request, prompt));
      this.#prompt = prompt;
    } else {
      const { type: _, ...acknowledgement } = part;
      this.#acknowledgement = acknowledgement;
    }
  }

  #has(item: EvidenceItem): boolean {
    if (item === "prompt") return this.#prompt !== undefined;
    if (item === "text") return this.#texts.length > 0;
    return item === "trace" ? this.#total !== undefined : this.#acknowledgement !== undefined;
  }

  /** In order, without gaps, and none shorter than it must be: a thousand tiny parts cost more than one. */
  #takeText(part: TextPart): void {
    const [{ totalBytes, contentSalt } = part] = this.#texts;
    if (part.totalBytes !== totalBytes || part.contentSalt !== contentSalt || part.offset !== this.#textBytes)
      throw broken("a part of the text does not follow the one before");
    this.#textBytes += part.bytes.length;
    const isLast = this.#textBytes === totalBytes;
    if (this.#textBytes > totalBytes || (!isLast && part.bytes.length !== EVIDENCE_LIMITS.partBytes))
      throw broken("a part of the text is of a wrong length");
    // The frame may share memory with the network's buffer.
    this.#texts.push({ ...part, bytes: part.bytes.slice() });
  }

  #takeTrace({ total, from, packed }: TracePart): void {
    if (this.#proven.length > 0 || (this.#total ?? total) !== total || from !== this.#leaves.length)
      throw broken("a part of the trace does not follow the one before");
    const leaves = unpackTrace(packed.slice());
    this.#total = total;
    this.#traceBytes += packed.length;
    for (const leaf of leaves) this.#leaves.push(leaf);
    const isLast = this.#leaves.length === total;
    if (this.#leaves.length > total || this.#traceBytes > EVIDENCE_LIMITS.traceBytes)
      throw broken("the trace is longer than it says, or than it may be");
    if (!isLast && packed.length < EVIDENCE_LIMITS.partBytes / 2) throw broken("a part of the trace is too short");
  }

  #takeLeaf(part: LeafPart): void {
    const last = this.#proven.at(-1);
    const { ranges } = this.#options.ask;
    if (ranges === undefined || this.#leaves.length > 0 || (this.#total ?? part.total) !== part.total)
      throw broken("a leaf was not asked for");
    if (part.index <= (last?.index ?? -1) || part.index >= part.total) throw broken("a leaf is out of its order");
    if (this.#proven.length > EVIDENCE_LIMITS.leaves) throw broken("there are more leaves than were asked for");
    this.#total = part.total;
    this.#proven.push({ ...part, leaf: part.leaf.slice() });
  }

  #checkedText({ response }: Receipt): Evidence["text"] {
    const [first] = this.#texts;
    if (first === undefined) return undefined;
    if (this.#textBytes !== first.totalBytes) throw broken("the text is cut off");
    const bytes = new Uint8Array(this.#textBytes);
    for (const part of this.#texts) bytes.set(part.bytes, part.offset);
    const text = { contentSalt: first.contentSalt, bytes };
    check(textProblem(response, text));
    return text;
  }

  #checkedTrace({ response }: Receipt): KnownTrace | undefined {
    const total = this.#total;
    if (total === undefined) return undefined;
    const isWhole = this.#proven.length === 0;
    if (isWhole && this.#leaves.length !== total) throw broken("the trace is cut off");
    const came = this.#proven.map(({ index }) => index);
    if (!isWhole && askedLeaves(this.#options.ask.ranges ?? [], total).join() !== came.join())
      throw broken("the leaves that came are not those that were asked for, and the last");
    const leaves = isWhole ? openTrace(response, this.#leaves) : openLeaves(response, this.#proven);
    if (typeof leaves === "string") throw invalid(leaves);
    return { total, leaves };
  }

  #signatures({ receipt, responseHash, acknowledgement }: Evidence): NeededSignature[] {
    const { hasher, ask } = this.#options;
    const { requestHash } = ask;
    const needed: NeededSignature[] = [
      { by: "client", digest: requestHash, signature: receipt.clientSignature },
      { by: "executor", digest: responseHash, signature: receipt.executorSignature },
    ];
    if (acknowledgement === undefined) return needed;
    const { request, signature } = acknowledgement;
    if (request !== undefined) check(laterRequestProblem(receipt, request, responseHash));
    const digest =
      request === undefined ? hasher.hashResponseAck({ requestHash, responseHash }) : hasher.hashRequest(request);
    return [...needed, { by: "client", digest, signature }];
  }
}

type ItemPart = Exclude<EvidencePart, { readonly type: "receipt" | "end" | "error" }>;

function itemOf(part: ItemPart): EvidenceItem {
  if (part.type === "missing") return part.item;
  return part.type === "leaf" ? "trace" : part.type;
}

function check(problem: string | undefined): void {
  if (problem !== undefined) throw invalid(problem);
}

const invalid = (problem: string): LloomError => new LloomError("EVIDENCE_INVALID", `Not what was signed: ${problem}`);
const broken = (problem: string): LloomError =>
  new LloomError("FRAME_INVALID", `Evidence breaks the protocol: ${problem}.`);
