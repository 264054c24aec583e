// Who accuses an honest executor's process of what it has not done.
import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { hashDisputeConsent } from "@lloom/protocol/dispute-consent";
import { hashEvidence } from "@lloom/protocol/evidence-hash";
import { expect } from "vitest";
import { senderOf } from "../../node/src/chain/account/actions.ts";
import { settle } from "../../node/src/chain/account/settle.ts";
import { openDisputeCall } from "../../node/src/chain/disputes/delivery-calls.ts";
import { bondToSend, readDispute } from "../../node/src/chain/disputes/delivery-disputes.ts";
import { openMeasuredCall } from "../../node/src/chain/disputes/measured-calls.ts";
import type { MeasuredCourt } from "../../node/src/chain/disputes/measured-court.ts";
import { quoteBond, readDisputeAbout } from "../../node/src/chain/disputes/measured-disputes.ts";
import { overchargeCall } from "../../node/src/client/dispute/overcharges.ts";
import { depositApproval } from "../../node/src/duties/deposits.ts";
import { canaryIdentity } from "../../node/src/validator/canary/canary-keys.ts";
import { buyAnswers } from "../support/buy-answers.ts";
import { eventually } from "../support/processes.ts";
import type { Person, Tribunal } from "../support/tribunal.ts";

const PATIENCE_MS = 180_000;
const never = new AbortController().signal;

/** Answers that a key has bought. */
interface Bought {
  readonly key: Person;
  readonly receipts: readonly Receipt[];
}

interface Parts {
  readonly tribunal: Tribunal;
  readonly court: MeasuredCourt;
  readonly liar: Person;
  readonly honest: Person;
}

/** A validator that lies, and a client that does. */
export class FalseAccusers {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Six answers, by a key of the liar's. */
  async buy(): Promise<Bought> {
    const { tribunal, liar, honest } = this.#parts;
    const key = await tribunal.as("liar's key", canaryIdentity(liar.secret, liar.chain.domain, 0));
    const { bootstrap } = tribunal;
    return { key, receipts: await buyAnswers({ ...key, bootstrap, executor: honest.address, answers: 6 }) };
  }

  /** A validator complains of four right answers, with the consent of the key that bought them. */
  async accuseOfWeights({ key, receipts: all }: Bought, bond: bigint): Promise<Hex> {
    const { court, liar, honest } = this.#parts;
    const receipts = all.slice(0, 4);
    await settle(liar.chain, all.slice(-1));
    const hasher = createCommitmentHasher(liar.chain.domain);
    const { domainSeparator } = hasher;
    const answers = receipts.map((receipt) => {
      const requestHash = hasher.hashRequest(receipt.request);
      const consent = key.identity.sign(hashDisputeConsent(domainSeparator, { challenger: liar.address, requestHash }));
      return { receipt, consent };
    });
    const terms = { kind: "WrongModel", executor: honest.address, overcharge: 0n } as const;
    expect((await quoteBond(liar.chain, court, terms)).bond).toBe(bond);
    const approval = await depositApproval(liar.chain, court, { account: liar.address, amount: bond });
    if (approval !== undefined) await senderOf(liar.chain).send(approval, { signal: never });
    const evidenceHash = hashEvidence(receipts.map(({ response }) => hasher.hashResponse(response)));
    const complaint = { kind: "WrongModel", evidenceHash, answers, maxBond: bond } as const;
    await senderOf(liar.chain).send(openMeasuredCall(court, complaint), { signal: never });
    return (await readDisputeAbout(liar.chain, court, (receipts[0] as Receipt).request)) as Hex;
  }

  /** The client itself says of the fifth that it was charged for tokens that are not there. */
  async accuseOfCounts({ key, receipts }: Bought, bond: bigint): Promise<Hex> {
    const { court, liar } = this.#parts;
    const receipt = receipts[4] as Receipt;
    const inboundTokens = Number(receipt.response.inboundTokens);
    const wrong = {
      receipt,
      counts: { inboundTokens, outboundTokens: 1 },
      responseHash: createCommitmentHasher(liar.chain.domain).hashResponse(receipt.response),
    };
    const approval = await depositApproval(key.chain, court, { account: key.address, amount: bond });
    if (approval !== undefined) await senderOf(key.chain).send(approval, { signal: never });
    await senderOf(key.chain).send(overchargeCall(court, wrong, bond), { signal: never });
    return (await readDisputeAbout(liar.chain, court, receipt.request)) as Hex;
  }

  /** It says of the last that it never came. The executor shows that it did, at the denier's cost, and loses nothing. */
  async denyDelivery({ key, receipts }: Bought): Promise<void> {
    const { tribunal, liar } = this.#parts;
    const receipt = receipts.at(-1) as Receipt;
    const { deliveryDisputes } = tribunal.deployment;
    const id = createCommitmentHasher(liar.chain.domain).hashResponse(receipt.response);
    const ether = await bondToSend(liar.chain, deliveryDisputes, receipt.response.outboundTokens);
    await senderOf(key.chain).send(openDisputeCall(deliveryDisputes, receipt, ether), { signal: never });
    const state = async () => (await readDispute(liar.chain, deliveryDisputes, id)).state;
    await eventually("the answer is shown", PATIENCE_MS, async () => ["delivered", "rejected"].includes(await state()));
  }
}
