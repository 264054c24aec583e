/**
 * Receipts as plain data: what files, headers, answers and pages show of one, and how anyone checks it without a node or a
 * chain. `receipt-file.ts` makes text of it.
 *
 * The form, version 2:
 *
 *     {
 *       "version": 2,
 *       "domain": { "chainId": "31337", "accounting": "0x..." },
 *       "request": { "client": "0x...", ..., "nonce": "1", ... },      fields of LlmRequestCommitment
 *       "response": { "requestHash": "0x...", ..., "finishReason": "1" },   fields of LlmResponseCommitment
 *       "clientSignature": { "r": "0x...", "vs": "0x..." },
 *       "executorSignature": { "r": "0x...", "vs": "0x..." }
 *     }
 *
 * Integers are decimal strings, since JSON's numbers end at 2^53; hashes and addresses are 0x-prefixed hex, written in
 * lower case and read in any.
 * The domain says which deployment the signatures are for: without it they cannot be checked.
 */
import { z } from "zod";
import { hashContent, hashPrompt } from "./canonical.ts";
import type {
  Address,
  CompactSignature,
  Hex,
  Receipt,
  RequestCommitment,
  ResponseCommitment,
} from "./commitment-types.ts";
import type { CommitmentDomain, CommitmentHasher } from "./commitments.ts";
import { issueWords } from "./issue-words.ts";
import { answerCost, termsProblem } from "./lane.ts";
import { LloomError } from "./lloom-error.ts";
import { deliveryHash } from "./merkle.ts";
import {
  addressSchema,
  type ChatMessage,
  requestCommitmentSchema,
  responseCommitmentSchema,
  signatureSchema,
} from "./messages.ts";
import type { RecoverAddress } from "./signatures.ts";

/** A receipt with the deployment that it belongs to. */
export interface PortableReceipt extends Receipt {
  readonly domain: CommitmentDomain;
}

const FORMAT_VERSION = 2;
/** Digits of a uint256. */
const DECIMAL = /^(?:0|[1-9][0-9]{0,77})$/;

const fileSchema = z.object({
  version: z.literal(FORMAT_VERSION),
  domain: z.object({ chainId: z.bigint().min(0n), accounting: addressSchema }),
  request: requestCommitmentSchema,
  response: responseCommitmentSchema,
  clientSignature: signatureSchema,
  executorSignature: signatureSchema,
});

/** A signed message as plain data: integers as decimal text. */
type Plain<Message> = { readonly [Field in keyof Message]: string };

/** A receipt as plain data, which JSON can hold. */
export interface ReceiptData {
  readonly version: typeof FORMAT_VERSION;
  readonly domain: Plain<CommitmentDomain>;
  readonly request: Plain<RequestCommitment>;
  readonly response: Plain<ResponseCommitment>;
  readonly clientSignature: CompactSignature;
  readonly executorSignature: CompactSignature;
}

/** The receipt as plain data. */
export function receiptToData(receipt: PortableReceipt): ReceiptData {
  const { domain, request, response, clientSignature, executorSignature } = receipt;
  const { chainId, accounting } = domain;
  return {
    version: FORMAT_VERSION,
    domain: plain({ chainId, accounting }),
    request: plain(request),
    response: plain(response),
    clientSignature,
    executorSignature,
  };
}

const plain = <Message extends object>(message: Message): Plain<Message> =>
  // Every field is text or an integer, so that each of them is text afterwards.
  Object.fromEntries(Object.entries(message).map(([name, value]) => [name, String(value)])) as Plain<Message>;

/** Reads what `receiptToData` made. Throws LloomError REQUEST_INVALID that names the field. Signatures are not checked. */
export function receiptFromData(data: unknown): PortableReceipt {
  const read = isRecord(data) ? mapped(data, (part) => (isRecord(part) ? mapped(part, fieldOf) : part)) : data;
  const { data: file, error } = fileSchema.safeParse(read, { error: issueWords });
  if (file !== undefined) {
    const { version: _, ...receipt } = file;
    return receipt;
  }
  const [issue] = error.issues;
  throw new LloomError(
    "REQUEST_INVALID",
    `Not a receipt of version ${FORMAT_VERSION}: ${issue?.path.join(".") || "receipt"}: ${issue?.message ?? "invalid"}.`,
  );
}

/**
 * Decimal text as bigint and hex in lower case: others write addresses with a checksum in their case, or all in capitals. All
 * text of a receipt but the model's name is one of the two.
 */
function fieldOf(value: unknown, name: string): unknown {
  if (name === "model" || typeof value !== "string") return value;
  return DECIMAL.test(value) ? BigInt(value) : value.toLowerCase();
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const mapped = (record: Readonly<Record<string, unknown>>, map: (value: unknown, name: string) => unknown) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));

/** What it takes to check a receipt. */
export interface ReceiptChecks {
  /** For the receipt's deployment. */
  readonly hasher: CommitmentHasher;
  readonly recover: RecoverAddress;
  /** Whether a key may sign for somebody, as the contract's `signers` says. Absent: everybody signs for himself only. */
  readonly isSessionSigner?: (signer: Address, principal: Address) => boolean;
}

/** What was asked and answered, to be compared with the receipt's hashes; either part may be absent. */
export interface ReceiptContent {
  readonly prompt?: { readonly salt: Hex; readonly messages: readonly ChatMessage[] };
  readonly answer?: { readonly salt: Hex; readonly text: string };
}

/** What a receipt turned out to be. */
export interface ReceiptVerdict {
  /** The first thing that is wrong, as a sentence; absent if nothing is. */
  readonly problem?: string;
  readonly requestHash: Hex;
  readonly responseHash: Hex;
  /** Base units: what this one answer costs by its token counts. */
  readonly cost: bigint;
}

/**
 * Checks both signatures, the link from response to request, limits and arithmetic, and the content as far as it is given.
 * It does not say whether the receipt was paid, nor whether the lane before it was right. Throws LloomError
 * REQUEST_INVALID for a field out of its range.
 */
export function verifyReceipt(checks: ReceiptChecks, receipt: Receipt, content: ReceiptContent = {}): ReceiptVerdict {
  const { problems, requestHash, responseHash } = examineReceipt(checks, receipt, content);
  const problem = Object.values(problems).find((one) => one !== undefined);
  const cost = answerCost(receipt.request, receipt.response);
  return { ...(problem === undefined ? {} : { problem }), requestHash, responseHash, cost };
}

/** What is wrong with a receipt, by what was looked at, in this order; undefined where nothing is, or nothing was given. */
export interface ReceiptProblems {
  readonly client: string | undefined;
  readonly executor: string | undefined;
  readonly link: string | undefined;
  readonly terms: string | undefined;
  readonly lane: string | undefined;
  readonly prompt: string | undefined;
  readonly answer: string | undefined;
}

/** Everything that `verifyReceipt` looks at, each thing for itself. */
export interface ReceiptExamination {
  readonly problems: ReceiptProblems;
  readonly requestHash: Hex;
  readonly responseHash: Hex;
  /** Who made the signatures; undefined for one that the contract would not take. */
  readonly signers: { readonly client: Address | undefined; readonly executor: Address | undefined };
}

/** As `verifyReceipt`, and does not stop at the first thing that is wrong. */
export function examineReceipt(
  checks: ReceiptChecks,
  receipt: Receipt,
  content: ReceiptContent = {},
): ReceiptExamination {
  const { request, response, clientSignature, executorSignature } = receipt;
  const requestHash = checks.hasher.hashRequest(request);
  const responseHash = checks.hasher.hashResponse(response);
  const signers = {
    client: checks.recover(requestHash, clientSignature),
    executor: checks.recover(responseHash, executorSignature),
  };
  const isSignedBy = (principal: Address, signer: Address | undefined): boolean =>
    signer !== undefined && (signer === principal || (checks.isSessionSigner?.(signer, principal) ?? false));
  const problems = {
    client: isSignedBy(request.client, signers.client) ? undefined : "Request is not signed by its client.",
    executor: isSignedBy(request.executor, signers.executor)
      ? undefined
      : "Response is not signed by the executor that the request names.",
    link: response.requestHash === requestHash ? undefined : "Response names another request.",
    terms: termsProblem({ request, response, requestHash: response.requestHash })?.message,
    lane: counterProblem(receipt),
    ...contentProblems(receipt, content),
  };
  return { problems, requestHash, responseHash, signers };
}

/** A single receipt shows only that the lane's counts include its own, and that nonces begin at 1. */
function counterProblem({ request, response }: Receipt): string | undefined {
  if (request.nonce === 0n) return "Request has nonce 0; nonces begin at 1.";
  if (response.cumulativeInbound < response.inboundTokens || response.cumulativeOutbound < response.outboundTokens) {
    return "Response counts fewer tokens for the lane than for the answer.";
  }
  return undefined;
}

function contentProblems({ request, response }: Receipt, { prompt, answer }: ReceiptContent) {
  const isAsked = prompt === undefined || hashPrompt(prompt.salt, prompt.messages) === request.promptHash;
  return {
    prompt: isAsked ? undefined : "The messages are not those that the client signed.",
    answer: answer && answerProblem(response, answer),
  };
}

function answerProblem(
  { contentHash, deliveryHash: delivered }: ResponseCommitment,
  { salt, text }: NonNullable<ReceiptContent["answer"]>,
): string | undefined {
  if (hashContent(salt, text) !== contentHash) return "The answer is not the one that the executor signed.";
  return deliveryHash(new TextEncoder().encode(text)) === delivered
    ? undefined
    : "The answer is not made of the bytes that the executor says it delivered.";
}
