import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { deliveryDisputesAbi } from "@lloom/protocol/generated/abi";
import { Contract, hexlify, Wallet } from "ethers";
import { pairOf, settle } from "../../node/src/chain/account/settle.ts";
import { openChain } from "../../node/src/chain/chain.ts";
import { createLog } from "../../node/src/log.ts";
import { connect, type TestChain, type TestDeployment } from "./chain.ts";
import { createExchange } from "./exchange.ts";
import type { User } from "./user.ts";

/** Two users with a channel, and where. */
export interface Parties {
  readonly chain: TestChain;
  readonly deployment: TestDeployment;
  readonly client: User;
  readonly executor: User;
}

/** An answer that the executor settles, in a lane of its own. */
export async function settledAnswer(
  { chain, deployment: { accounting }, client, executor }: Parties,
  lane: bigint,
): Promise<Receipt> {
  const signal = new AbortController().signal;
  const log = createLog({ level: "silent", name: "test" });
  await using own = await openChain({ rpcUrl: chain.rpcUrl, accounting, identity: executor.identity, signal, log });
  const exchange = createExchange({
    domain: own.domain,
    client: client.identity,
    executor: executor.identity,
    deadline: (await own.nowSeconds()) + 600n,
  });
  const receipt = exchange.receipt({ lane });
  await settle(own, [receipt]);
  return receipt;
}

/** The client says that it never came, and sends so many wei more than the bond. Returns the dispute's id. */
export async function complainOf(
  { chain, deployment, client }: Parties,
  receipt: Receipt,
  beyondBond = 0n,
): Promise<Hex> {
  const provider = connect(chain.rpcUrl);
  try {
    const signer = new Wallet(hexlify(client.identity.secret), provider);
    const disputes = new Contract(deployment.deliveryDisputes, deliveryDisputesAbi, signer);
    const bond: bigint = await disputes.getFunction("bondFor")(receipt.response.outboundTokens);
    // Base fees move until it is mined.
    const sent = await disputes.getFunction("open").send(pairOf(receipt), { value: bond * 2n + beyondBond });
    await sent.wait();
    const { chainId } = await provider.getNetwork();
    return createCommitmentHasher({ chainId, accounting: deployment.accounting }).hashResponse(receipt.response);
  } finally {
    provider.destroy();
  }
}
