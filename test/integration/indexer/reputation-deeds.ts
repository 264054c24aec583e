import { type AuditChain, preimageAt } from "@lloom/protocol/audit-chains";
import { AUDIT_OUTCOMES, type AuditFinding, auditReports } from "@lloom/protocol/audit-reports";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { id } from "ethers";
import { type Seeded, seeded } from "../../../protocol/test/seeded.ts";
import type { openAudits } from "../../support/contracts/audits.ts";
import type { Sender } from "../../support/contracts/callable.ts";
import { LANE_START, type LaneState } from "../../support/contracts/lane.ts";
import { type Market, PEER_ID, STAKE, VALIDATOR_ROLE } from "../../support/contracts/market.ts";
import { findingOf } from "./audit-finding.ts";
import { answers } from "./deeds.ts";

type Wallet = Awaited<ReturnType<Market["fund"]>>;
type Audits = Awaited<ReturnType<typeof openAudits>>;

const VALIDATORS = 3;
const CLIENTS = 2;
const DEEDS = 6;

/** Events that an epoch of a life has at least: findings of every validator, and a deed or two of those that have effects. */
export const eventsOfEpoch = (executors: number): number => VALIDATORS * executors;

/** Hours of secrets: longer than the life. */
export const SECRETS = 3_000;
const STRIKE_WINDOW = 90n * 24n * 3_600n;
const UNDELIVERED = 2n;
const OFFER_EQUIVOCATION = 1n;

/** Everybody in a life of real contract calls whose events reputation is computed from. */
interface Cast {
  readonly executors: readonly Wallet[];
  readonly clients: readonly Wallet[];
  readonly validators: readonly { readonly wallet: Wallet; readonly chain: AuditChain }[];
  readonly judge: Sender;
}

/** Registers everybody, and opens a channel of each client with each executor but the last, which nobody asks. */
export async function seatReputation(market: Market, audits: Audits, executorCount = 4): Promise<Cast> {
  const { accounting, stakeRegistry, networkHelpers, connection, disputes } = market;
  const executors = await market.enrolAll(
    Array.from({ length: executorCount }, (_, index) => `reputed executor ${index}`),
  );
  const validators = [{ wallet: audits.validator, chain: audits.chain }];
  for (let index = 1; index < VALIDATORS; index++) {
    const wallet = await market.fund(`reputed validator ${index}`);
    await stakeRegistry.send(wallet, "registerAndStake", VALIDATOR_ROLE, PEER_ID, "", STAKE);
    const secret = id(`reputed chain ${index}`) as Hex;
    validators.push({ wallet, chain: await audits.registerChain(wallet, secret, SECRETS) });
  }
  const clients: Wallet[] = [];
  for (let index = 0; index < CLIENTS; index++) {
    const client = await market.fund(`reputed client ${index}`);
    await accounting.send(client, "deposit", STAKE);
    for (const { address } of executors.slice(0, -1)) await accounting.send(client, "allocate", address, 200_000_000n);
    clients.push(client);
  }
  await networkHelpers.impersonateAccount(disputes.address);
  await networkHelpers.setBalance(disputes.address, 10n ** 20n);
  const judge = await connection.ethers.getSigner(disputes.address);
  return { executors, clients, validators, judge };
}

/** A seeded life, epoch by epoch. */
export class ReputationLife {
  readonly #market: Market;
  readonly #audits: Audits;
  readonly #cast: Cast;
  readonly #random: Seeded;
  readonly #lanes = new Map<string, LaneState>();
  /** No other life's. */
  readonly #firstLane: bigint;
  #slashes = 0;

  constructor(parts: { readonly market: Market; readonly audits: Audits; readonly cast: Cast; readonly seed: number }) {
    this.#market = parts.market;
    this.#audits = parts.audits;
    this.#cast = parts.cast;
    this.#random = seeded(parts.seed);
    this.#firstLane = BigInt(parts.seed) * 3n;
  }

  /** So many epochs in a row, from the next one on: in each the reports on the one before, and other deeds. */
  async live(epochs: number): Promise<void> {
    const { networkHelpers } = this.#market;
    const next = BigInt(await networkHelpers.time.latest()) / this.#audits.epochLength + 1n;
    const first = this.#cast.validators.reduce(
      (least, { chain }) => (chain.firstEpoch > least ? chain.firstEpoch : least),
      next,
    );
    await this.#audits.fixSeed(first);
    for (let epoch = first + 1n; epoch <= first + BigInt(epochs); epoch++) {
      await this.#audits.fixSeed(epoch);
      for (const validator of this.#cast.validators) await this.#report(validator, epoch - 1n);
      for (let deed = 0; deed < DEEDS; deed++) await this.#deed(this.#random.below(100));
    }
  }

  async #report({ wallet, chain }: Cast["validators"][number], epoch: bigint): Promise<void> {
    const found = this.#cast.executors.map(({ address }) => this.#finding(address.toLowerCase() as Address));
    const [rows = []] = auditReports(found);
    await this.#audits.audits.send(wallet, "report", epoch, preimageAt(chain, epoch), rows);
  }

  #finding(executor: Address): AuditFinding {
    const passes = this.#random.below(8) > 1;
    const outcome = passes ? "passed" : (AUDIT_OUTCOMES[this.#random.below(AUDIT_OUTCOMES.length)] ?? "passed");
    return findingOf(executor, outcome);
  }

  async #deed(kind: number): Promise<void> {
    const { accounting, stakeRegistry } = this.#market;
    const sold = this.#cast.executors.slice(0, -1);
    const executor = sold[this.#random.below(sold.length)] as Wallet;
    const client = this.#cast.clients[this.#random.below(CLIENTS)] as Wallet;
    const amount = BigInt(1 + this.#random.below(2_000_000));
    if (kind < 55) return this.#settle(client, executor);
    if (kind < 70) return void (await accounting.send(client, "allocate", executor.address, amount));
    if (kind < 78) return void (await accounting.send(executor, "release", client.address, amount));
    if (kind < 86) return this.#unlock(client, executor, amount);
    if (kind < 96) return this.#moveStake(executor, amount);
    if (kind < 99) {
      const halves = BigInt(1 + this.#random.below(2));
      await stakeRegistry.send(this.#cast.judge, "strike", executor.address, UNDELIVERED, halves, STRIKE_WINDOW);
      return;
    }
    await this.#slash(executor, amount);
  }

  async #settle(client: Wallet, executor: Wallet): Promise<void> {
    const lane = this.#firstLane + BigInt(this.#random.below(3));
    const key = `${client.address} ${executor.address} ${lane}`;
    const deadline = await this.#market.deadline();
    const work = { domain: this.#market.domain, client, executor, deadline, lane };
    const { pair, after } = answers(work, 1 + this.#random.below(5), this.#lanes.get(key) ?? LANE_START);
    await this.#market.accounting.send(executor, "settle", [pair]);
    this.#lanes.set(key, after);
  }

  async #unlock(client: Wallet, executor: Wallet, amount: bigint): Promise<void> {
    const { accounting, networkHelpers } = this.#market;
    const { unlockAt } = (await accounting.read("channels", client.address, executor.address)) as { unlockAt: bigint };
    const now = BigInt(await networkHelpers.time.latest());
    if (unlockAt === 0n) await accounting.send(client, "requestUnlock", executor.address, amount);
    else if (unlockAt < now) await accounting.send(client, "finalizeUnlock", executor.address);
  }

  async #moveStake(executor: Wallet, amount: bigint): Promise<void> {
    const { stakeRegistry } = this.#market;
    const { unbonding } = (await stakeRegistry.read("members", executor.address)) as { unbonding: bigint };
    if (unbonding === 0n) await stakeRegistry.send(executor, "unbond", amount);
    else await stakeRegistry.send(executor, "cancelUnbond");
  }

  async #slash(executor: Wallet, penalty: bigint): Promise<void> {
    this.#slashes += 1;
    const nobody = `0x${"0".repeat(40)}`;
    await this.#market.stakeRegistry.send(this.#cast.judge, "slash", {
      id: id(`reputed slash ${this.#slashes} ${this.#firstLane}`),
      member: executor.address,
      offence: OFFER_EQUIVOCATION,
      restitution: 0n,
      penalty,
      reporter: nobody,
      victim: nobody,
      jury: nobody,
      reporterShare: 0n,
      victimShare: 0n,
      juryShare: 0n,
      victimLimit: 0n,
    });
  }
}
