/** Requests as a foreign client might send them, straight to an executor. */
import { randomBytes } from "node:crypto";
import { hashParams, hashPrompt } from "@lloom/protocol/canonical";
import { type RequestCommitment, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { bytesToHex } from "@lloom/protocol/hex";
import { EMPTY_LANE, nextRequestFields, worstCost } from "@lloom/protocol/lane";
import type { ChatMessage, ExecutorFrame, RequestFrame } from "@lloom/protocol/messages";
import type { InferPool } from "../../../node/src/p2p/infer/infer-client.ts";
import { callOffers } from "../../../node/src/p2p/rpc/rpc-calls.ts";
import { type Buyer, PRICE, question, type Seller, soon } from "./world.ts";

/** A request frame; the pool chooses its id. */
export type Frame = Omit<RequestFrame, "id">;
let lanes = 0n;

/** An executor, in whichever process. */
export interface Addressee {
  readonly identity: Pick<Seller["identity"], "address">;
  readonly host: Pick<Seller["host"], "peerId" | "multiaddrs">;
  readonly executor: { status(): { readonly models: readonly string[] } };
}

/** Where to dial an executor. */
export const targetOf = ({ host }: Addressee) => ({ peerId: host.peerId, multiaddrs: host.multiaddrs() });

/** A right request that accepts the executor's present offer and opens a lane of its own, but for the changes. */
export async function frameFor(
  {
    buyer,
    seller,
    signer = buyer.identity,
    messages = question("one two three").messages,
  }: { buyer: Buyer; seller: Addressee; signer?: Buyer["identity"]; messages?: readonly ChatMessage[] },
  change: Partial<RequestCommitment> = {},
): Promise<Frame> {
  const hasher = createCommitmentHasher(buyer.chain.domain);
  const [signed] = await callOffers(buyer.host, { target: targetOf(seller), signal: soon() });
  const offerHash = signed === undefined ? ZERO_HASH : hasher.hashOffer(signed.offer);
  const { sampling } = question();
  const promptSalt = bytesToHex(randomBytes(32));
  lanes += 1n;
  const { weightsHash = ZERO_HASH, profileHash = ZERO_HASH } = signed?.offer ?? {};
  const hashed = { sampling, weightsHash, profileHash, offerHash };
  const terms = {
    client: buyer.identity.address,
    executor: seller.identity.address,
    model: seller.executor.status().models[0] ?? "",
    promptHash: hashPrompt(promptSalt, messages),
    paramsHash: hashParams(hashed),
    maxInboundTokens: 10n,
    maxOutboundTokens: 10n,
    ...PRICE,
    lane: lanes,
    ...nextRequestFields(EMPTY_LANE),
    deadline: BigInt(Math.floor(Date.now() / 1000) + 600),
    ...change,
  };
  const request = { costCap: terms.ackedCost + worstCost(terms), ...terms };
  const signature = signer.sign(hasher.hashRequest(request));
  return { type: "request", request, signature, promptSalt, messages: [...messages], ...hashed };
}

/** Sends it and returns the last frame. */
export async function sendFrame(pool: InferPool, seller: Addressee, frame: Frame): Promise<ExecutorFrame | undefined> {
  let last: ExecutorFrame | undefined;
  for await (const one of pool.request({ target: targetOf(seller), frame, signal: soon() })) last = one;
  return last;
}

/** Sends it and returns the code of an error, or "response". */
export async function outcomeOf(pool: InferPool, seller: Addressee, frame: Frame): Promise<string> {
  const last = await sendFrame(pool, seller, frame);
  return last?.type === "error" ? last.code : (last?.type ?? "nothing");
}
