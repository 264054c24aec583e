import { deliveryChunks, deliveryHash, merkleProof } from "@lloom/protocol/merkle";
import { type BigNumberish, concat, hexlify, type TransactionRequest, type Wallet } from "ethers";
import { LANE_START, requestAfter, responseTo, signPair } from "./lane.ts";
import type { Market } from "./market.ts";
import { type ResponseMessage, signDigest } from "./typed-data.ts";

/** How an answer is withheld, disputed, and revealed after all. */
export interface Withholding {
  readonly text: Uint8Array;
  /** As the executor signs: the bond allows eight bytes for each. */
  readonly tokens: bigint;
  /** Wei: base fee of the opening, base fee of every reveal, and what the reveals pay beyond it. */
  readonly openFee: bigint;
  readonly revealFee: bigint;
  readonly tip: bigint;
  /** Indexes of chunks by transaction; `whole` for one transaction with all bytes. */
  readonly reveals: "whole" | readonly (readonly number[])[];
  /** `contract` calls by way of a contract; `delegated` is an account that runs a contract's code (EIP-7702). */
  readonly by: "executor" | "stranger" | "contract" | "delegated";
  readonly opener: "client" | "executor";
  /** Nobody has anything credited yet, so that credits write new slots. */
  readonly isFresh: boolean;
}

export interface WithheldOutcome {
  readonly bond: bigint;
  /** Wei of the bond that went to the executor. */
  readonly paid: bigint;
  /** Wei that the reveals burned, at the base fee, and gas. */
  readonly burned: bigint;
  readonly gas: bigint;
}

/** Code that passes what follows an address on to that address. */
const PASSES_ON = "0x6014360380601460003760006000826000600060003560601c5af100";
const GAS_LIMIT = 16_777_216n;

/** A market with one executor that withholds, a client that it sold to, and a stranger. */
export async function stageWithholding(market: Market) {
  const { accounting, delivery, networkHelpers, domain, connection } = market;
  const { provider } = connection.ethers;
  const executor = await market.enrol("executor that withholds");
  const client = await market.open("client without an answer", executor.address);
  const stranger = await market.fund("stranger that reveals");
  const delegated = await market.fund("account that runs code");
  const passesOn = "0x00000000000000000000000000000000000c0de1";
  await provider.send("hardhat_setCode", [passesOn, PASSES_ON]);
  let lanes = 0n;

  /** Mined at this base fee. */
  const sendAt = async (fee: bigint, tip: bigint, sender: Wallet, request: TransactionRequest) => {
    await networkHelpers.setNextBlockBaseFeePerGas(fee);
    const priced = { maxFeePerGas: fee + tip, maxPriorityFeePerGas: tip, gasLimit: GAS_LIMIT, ...request };
    const receipt = await (await sender.sendTransaction(priced)).wait();
    if (receipt === null) throw new TypeError("not mined");
    return receipt;
  };
  const bondsOf = async ({ address }: Wallet): Promise<bigint> => (await delivery.read("bondsOf", address)) as bigint;

  /** Code of the account stays until it delegates to nobody. */
  const delegate = async (to: string): Promise<void> => {
    const nonce = (await delegated.getNonce()) + 1;
    const authorization = await delegated.authorize({ address: to, nonce });
    const receipt = await delegated.sendTransaction({
      type: 4,
      to: stranger.address,
      authorizationList: [authorization],
      gasLimit: 200_000n,
    });
    await receipt.wait();
  };
  await delegate(passesOn);

  const senders: Readonly<Record<Withholding["by"], Wallet>> = { executor, stranger, contract: stranger, delegated };
  const toOf: Readonly<Partial<Record<Withholding["by"], string>>> = {
    contract: passesOn,
    delegated: delegated.address,
  };

  return async (strategy: Withholding, lane: BigNumberish = ++lanes): Promise<WithheldOutcome> => {
    const { text, tokens, openFee, revealFee, tip, reveals, by } = strategy;
    if (strategy.isFresh) {
      for (const wallet of [executor, client])
        if ((await bondsOf(wallet)) !== 0n) await delivery.send(wallet, "withdrawBonds", wallet.address);
    }
    const parties = { domain, client, executor, deadline: await market.deadline(), lane: BigInt(lane) };
    const request = { ...requestAfter(parties, LANE_START), maxOutboundTokens: tokens };
    const rest = responseTo(request, LANE_START, { inboundTokens: 1n, outboundTokens: tokens });
    const signed = signPair(parties, request, { ...rest, deliveryHash: deliveryHash(text) });
    await accounting.send(executor, "settle", [signed.pair]);

    const opener = strategy.opener === "client" ? client : executor;
    const consent = signDigest(
      client,
      (await delivery.read("hashConsent", opener.address, signed.responseHash)) as string,
    );
    const [method, args] = opener === client ? ["open", [signed.pair]] : ["openFor", [signed.pair, consent]];
    const data = delivery.abi.encodeFunctionData(method as string, args as unknown[]);
    const flatBond = (await delivery.read("flatBond")) as bigint;
    const allowed = tokens * 8n < 1_048_576n ? tokens * 8n : 1_048_576n;
    const value = 2n * (200_000n + 50n * allowed) * openFee + flatBond;
    await sendAt(openFee, 0n, opener, { to: delivery.address, data, value });

    const before = await bondsOf(executor);
    let [burned, gas] = [0n, 0n];
    for (const call of callsOf(delivery.abi, signed.response, text, reveals)) {
      const to = toOf[by];
      const sent =
        to === undefined ? { to: delivery.address, data: call } : { to, data: concat([delivery.address, call]) };
      const receipt = await sendAt(revealFee, tip, senders[by], sent);
      burned += receipt.gasUsed * revealFee;
      gas += receipt.gasUsed;
    }
    const { state } = (await delivery.read("deliveries", signed.responseHash)) as { state: bigint };
    if (state !== 2n) throw new TypeError(`not delivered, but ${state}`);
    const credited = (await bondsOf(executor)) - before;
    return { bond: value, paid: opener === executor ? credited - value : credited, burned, gas };
  };
}

function callsOf(
  abi: Market["delivery"]["abi"],
  response: ResponseMessage,
  text: Uint8Array,
  reveals: Withholding["reveals"],
): string[] {
  if (reveals === "whole") return [abi.encodeFunctionData("reveal", [response, hexlify(text)])];
  const all = deliveryChunks(text);
  const chunkOf = (index: number) => ({
    index,
    data: hexlify(all[index] ?? new Uint8Array()),
    proof: merkleProof(all, index),
  });
  return reveals.map((indexes) => abi.encodeFunctionData("revealChunks", [response, all.length, indexes.map(chunkOf)]));
}
