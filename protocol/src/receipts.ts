/**
 * Receipts as files: what a client keeps and shows, and how anyone checks one without a node or a chain.
 *
 * The JSON form, version 2:
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
import type { Address, Hex, Receipt } from "./commitment-types.ts";
import type { CommitmentDomain, CommitmentHasher } from "./commitments.ts";
import { issueWords } from "./issue-words.ts";
import { answerCost, termsProblem } from "./lane.ts";
import { deliveryHash } from "./merkle.ts";
import {
  addressSchema,
  type ChatMessage,
  requestCommitmentSchema,
  responseCommitmentSchema,
  signatureSchema,
} from "./messages.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { RecoverAddress } from "./signatures.ts";

/** A receipt with the deployment that it belongs to. */
export interface PortableReceipt extends Receipt {
  readonly domain: CommitmentDomain;
}

const FORMAT_VERSION = 2;
/** Longer than any receipt, shorter than what would be slow to read. */
const MAX_TEXT_LENGTH = 16_384;
/** Digits of a uint256. */
const DECIMAL = /^(?:0|[1-9][0-9]{0,77})$/;
/** Others write addresses with a checksum in their case, or all in capitals. */
const HEX_OF_ANY_CASE = /^0[xX][0-9a-fA-F]+$/;

const fileSchema = z.object({
  version: z.literal(FORMAT_VERSION),
  domain: z.object({ chainId: z.bigint().min(0n), accounting: addressSchema }),
  request: requestCommitmentSchema,
  response: responseCommitmentSchema,
  clientSignature: signatureSchema,
  executorSignature: signatureSchema,
});

/** The receipt as one line of JSON. */
export function receiptToJson(receipt: Receipt, { chainId, accounting }: CommitmentDomain): string {
  const { request, response, clientSignature, executorSignature } = receipt;
  const domain = { chainId, accounting };
  const file = { version: FORMAT_VERSION, domain, request, response, clientSignature, executorSignature };
  return JSON.stringify(file, (_, value) => (typeof value === "bigint" ? String(value) : value));
}

/** Reads what `receiptToJson` wrote. Throws ProtocolError REQUEST_INVALID that names the field. Signatures are not checked. */
export function receiptFromJson(text: string): PortableReceipt {
  if (text.length > MAX_TEXT_LENGTH) throw invalid(`longer than ${MAX_TEXT_LENGTH} characters`);
  const { data, error } = fileSchema.safeParse(parseJson(text), { error: issueWords });
  if (data !== undefined) {
    const { version: _, ...receipt } = data;
    return receipt;
  }
  const [issue] = error.issues;
  throw invalid(`${issue?.path.join(".") || "receipt"}: ${issue?.message ?? "invalid"}`);
}

/** JSON with decimal strings as bigint and hex in lower case. No text field of a receipt but the model's name could look like one. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, (key, value) => {
      if (key === "model" || typeof value !== "string") return value;
      if (DECIMAL.test(value)) return BigInt(value);
      return HEX_OF_ANY_CASE.test(value) ? value.toLowerCase() : value;
    });
  } catch (cause) {
    throw invalid("not JSON", cause);
  }
}

const invalid = (reason: string, cause?: unknown): ProtocolError =>
  new ProtocolError("REQUEST_INVALID", `Not a receipt of version ${FORMAT_VERSION}: ${reason}.`, { cause });

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
 * It does not say whether the receipt was paid, nor whether the lane before it was right. Throws ProtocolError
 * REQUEST_INVALID for a field out of its range.
 */
export function verifyReceipt(checks: ReceiptChecks, receipt: Receipt, content: ReceiptContent = {}): ReceiptVerdict {
  const requestHash = checks.hasher.hashRequest(receipt.request);
  const responseHash = checks.hasher.hashResponse(receipt.response);
  const problem =
    signatureProblem(checks, receipt, { requestHash, responseHash }) ??
    termsProblem({ ...receipt, requestHash })?.message ??
    counterProblem(receipt) ??
    contentProblem(receipt, content);
  const cost = answerCost(receipt.request, receipt.response);
  return { ...(problem === undefined ? {} : { problem }), requestHash, responseHash, cost };
}

function signatureProblem(
  { recover, isSessionSigner }: ReceiptChecks,
  { request, clientSignature, executorSignature }: Receipt,
  { requestHash, responseHash }: { requestHash: Hex; responseHash: Hex },
): string | undefined {
  const isSignedBy = (principal: Address, signer: Address | undefined): boolean =>
    signer !== undefined && (signer === principal || (isSessionSigner?.(signer, principal) ?? false));
  if (!isSignedBy(request.client, recover(requestHash, clientSignature))) return "Request is not signed by its client.";
  if (!isSignedBy(request.executor, recover(responseHash, executorSignature))) {
    return "Response is not signed by the executor that the request names.";
  }
  return undefined;
}

/** A single receipt shows only that the lane's counts include its own, and that nonces begin at 1. */
function counterProblem({ request, response }: Receipt): string | undefined {
  if (request.nonce === 0n) return "Request has nonce 0; nonces begin at 1.";
  if (response.cumulativeInbound < response.inboundTokens || response.cumulativeOutbound < response.outboundTokens) {
    return "Response counts fewer tokens for the lane than for the answer.";
  }
  return undefined;
}

function contentProblem({ request, response }: Receipt, { prompt, answer }: ReceiptContent): string | undefined {
  if (prompt !== undefined && hashPrompt(prompt.salt, prompt.messages) !== request.promptHash) {
    return "The messages are not those that the client signed.";
  }
  if (answer !== undefined && hashContent(answer.salt, answer.text) !== response.contentHash) {
    return "The answer is not the one that the executor signed.";
  }
  if (answer !== undefined && deliveryHash(new TextEncoder().encode(answer.text)) !== response.deliveryHash) {
    return "The answer is not made of the bytes that the executor says it delivered.";
  }
  return undefined;
}
