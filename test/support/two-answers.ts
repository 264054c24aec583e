import { equivocationDisputesAbi } from "@lloom/protocol/generated/abi";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { Contract, hexlify, Wallet, ZeroHash } from "ethers";
import { pairOf } from "../../node/src/chain/account/settle.ts";
import type { Identity } from "../../node/src/wallet/identity.ts";
import { connect, type TestChain, type TestDeployment } from "./chain.ts";
import { createExchange } from "./exchange.ts";

interface Fault {
  readonly chain: TestChain;
  readonly deployment: TestDeployment;
  readonly client: Identity;
  readonly executor: Identity;
  readonly reporter: Identity;
}

/** An executor signs two answers to one request, and is reported for it, without a commitment before. */
export async function reportTwoAnswers({ chain, deployment, client, executor, reporter }: Fault): Promise<void> {
  const provider = connect(chain.rpcUrl);
  try {
    const block = await provider.getBlock("latest");
    const deadline = BigInt(block?.timestamp ?? 0) + 600n;
    const { chainId } = await provider.getNetwork();
    const domain = { chainId, accounting: deployment.accounting };
    const exchange = createExchange({ domain, client, executor, deadline });
    const asked = exchange.ask(EMPTY_LANE);
    const [one, other] = [exchange.answer(EMPTY_LANE, asked), exchange.answer(EMPTY_LANE, asked, { outbound: 81n })];
    const { request } = pairOf({ ...one, request: asked.request, clientSignature: asked.clientSignature });
    const proof = {
      ...{ request, first: one.response, second: other.response },
      ...{ firstSignature: one.executorSignature, secondSignature: other.executorSignature },
    };
    const signer = new Wallet(hexlify(reporter.secret), provider);
    const disputes = new Contract(deployment.equivocationDisputes, equivocationDisputesAbi, signer);
    const sent = await disputes.getFunction("proveEquivocation").send(proof, ZeroHash);
    await sent.wait();
  } finally {
    provider.destroy();
  }
}
