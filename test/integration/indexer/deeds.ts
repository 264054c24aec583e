import { Signature, type TypedDataDomain } from "ethers";
import { LANE_START, type LaneState, type SignedAnswer, signAnswer } from "../../support/contracts/lane.ts";
import { type Market, PEER_ID, STAKE } from "../../support/contracts/market.ts";
import { SIGNER_AUTHORIZATION_TYPES } from "../../support/contracts/typed-data.ts";

const VALIDATOR_ROLE = 2n;
/** Metadata that a spreadsheet would run. */
export const FORMULA = '=HYPERLINK("https://bad.example")';
const METADATA = "https://validator.example/a\u0000b";

type Wallet = Awaited<ReturnType<Market["fund"]>>;

export interface Cast {
  readonly client: Wallet;
  readonly executor: Wallet;
  /** Works and is paid without ever having registered. */
  readonly stranger: Wallet;
  readonly validator: Wallet;
}

/** Funds everybody and moves money and stake in every way that there is, but settles nothing. */
export async function enterMarket(market: Market): Promise<Cast> {
  const { accounting, stakeRegistry, networkHelpers } = market;
  const executor = await market.enrol("executor");
  const [client, stranger, validator] = [
    await market.fund("client"),
    await market.fund("stranger"),
    await market.fund("validator"),
  ];
  await accounting.send(client, "deposit", 5_000_000n);
  await accounting.send(client, "allocate", executor.address, 2_000_000n);
  await accounting.send(client, "allocate", stranger.address, 1_000_000n);
  await accounting.send(stranger, "depositFor", client.address, 7n);
  await accounting.send(client, "requestUnlock", executor.address, 300_000n);
  await accounting.send(client, "cancelUnlock", executor.address);
  await accounting.send(client, "requestUnlock", executor.address, 100_000n);
  await accounting.send(client, "withdraw", client.address, 50_000n);
  await authorizeSigner(market, client);
  await stakeRegistry.send(validator, "registerAndStake", VALIDATOR_ROLE, PEER_ID, METADATA, STAKE);
  await stakeRegistry.send(validator, "unbond", STAKE);
  await stakeRegistry.send(validator, "cancelUnbond");
  await stakeRegistry.send(validator, "unbond", STAKE - 600_000_000n);
  await networkHelpers.time.increase(15 * 24 * 3_600);
  await stakeRegistry.send(validator, "withdraw", validator.address);
  await stakeRegistry.send(validator, "unbond", 600_000_000n);
  await accounting.send(client, "finalizeUnlock", executor.address);
  await stakeRegistry.send(executor, "updateMetadata", "0x0badc0de", FORMULA);
  return { client, executor, stranger, validator };
}

async function authorizeSigner({ accounting, domain, fund, deadline }: Market, client: Wallet): Promise<void> {
  const signer = await fund("session", 1n);
  const authorization = { principal: client.address, signer: signer.address, deadline: await deadline(), nonce: 1n };
  const signature = await signer.signTypedData(domain, SIGNER_AUTHORIZATION_TYPES, authorization);
  const { r, yParityAndS: vs } = Signature.from(signature);
  const possession = { r, vs };
  await accounting.send(client, "authorizeSigner", signer.address, authorization.deadline, 1n, possession);
  await accounting.send(client, "revokeSigner", signer.address);
}

interface Work {
  readonly domain: TypedDataDomain;
  readonly client: Wallet;
  readonly executor: Wallet;
  readonly deadline: bigint;
  readonly lane: bigint;
}

/** So many honest answers in a row; the last one settles them all. */
export function answers(work: Work, count: number, before: LaneState = LANE_START): SignedAnswer {
  const answer = signAnswer(work, before, { inboundTokens: 1_000n, outboundTokens: 500n });
  return count === 1 ? answer : answers(work, count - 1, answer.after);
}

/** Settles lanes of a registered and of an unregistered executor, one pair twice in a batch, and pays out. */
export async function settleSome(market: Market, { client, executor, stranger }: Cast): Promise<void> {
  const { accounting, domain } = market;
  const deadline = await market.deadline();
  const work = { domain, client, executor, deadline };
  const [first, second] = [answers({ ...work, lane: 1n }, 3), answers({ ...work, lane: 2n ** 64n - 1n }, 2)];
  const others = answers({ ...work, executor: stranger, lane: 7n }, 2);
  await accounting.send(executor, "settle", [first.pair, second.pair, first.pair, others.pair]);
  const more = answers({ ...work, lane: 1n }, 2, first.after);
  const { request, response, clientSignature, executorSignature } = more.pair;
  await accounting.send(stranger, "processRequest", request, response, clientSignature, executorSignature);
  await accounting.send(executor, "release", client.address, 10_000n);
  await accounting.send(stranger, "withdrawEarnings", stranger.address);
}
