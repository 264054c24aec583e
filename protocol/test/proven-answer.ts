/** An honest receipt over a prompt and an answer that are known, with the salts that prove them. */
import { hashContent, hashPrompt } from "../src/canonical.ts";
import { type CommitmentDomain, createCommitmentHasher } from "../src/commitments.ts";
import { answerCost } from "../src/lane.ts";
import { deliveryHash } from "../src/merkle.ts";
import type { ChatMessage } from "../src/messages.ts";
import type { FileContent } from "../src/receipt-file.ts";
import type { PortableReceipt } from "../src/receipts.ts";
import { signDigest } from "../src/signatures.ts";
import { CLIENT, EXECUTOR, honestLane } from "./honest-lane.ts";
import { seeded } from "./seeded.ts";

const domain: CommitmentDomain = { chainId: 31337n, accounting: `0x${"ac".repeat(20)}` };

export interface ProvenAnswer {
  readonly receipt: PortableReceipt;
  readonly content: { readonly [Part in keyof FileContent]-?: NonNullable<FileContent[Part]> };
}

/** Seed 21, the second answer of a lane, so that no total is zero. */
export function provenAnswer(messages: readonly ChatMessage[], text: string): ProvenAnswer {
  const hasher = createCommitmentHasher(domain);
  const [prompt, answer] = [
    { salt: `0x${"5a".repeat(32)}`, messages } as const,
    { salt: `0x${"5b".repeat(32)}`, text } as const,
  ];
  const honest = honestLane(seeded(21), hasher, 2).at(-1)?.receipt;
  if (honest === undefined) throw new TypeError("An honest lane has answers.");
  const request = { ...honest.request, promptHash: hashPrompt(prompt.salt, messages) };
  const requestHash = hasher.hashRequest(request);
  const response = {
    ...honest.response,
    requestHash,
    finishReason: 1n,
    contentHash: hashContent(answer.salt, text),
    deliveryHash: deliveryHash(new TextEncoder().encode(text)),
    cumulativeCost: request.ackedCost + answerCost(request, { ...honest.response, finishReason: 1n }),
  };
  const clientSignature = signDigest(requestHash, CLIENT.secret);
  const executorSignature = signDigest(hasher.hashResponse(response), EXECUTOR.secret);
  return { receipt: { domain, request, response, clientSignature, executorSignature }, content: { prompt, answer } };
}
