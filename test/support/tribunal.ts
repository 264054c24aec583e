/** A network of real processes with a bench of jurors, on a chain whose clock a test moves. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import { juryFacts } from "@lloom/protocol/generated/facts";
import { peerIdBytes } from "@lloom/protocol/peer-id";
import type { DevnetAccount } from "../../devnet/src/accounts.ts";
import { type NodeContext, type RunningNode, startNode } from "../../devnet/src/nodes.ts";
import { Supervisor } from "../../devnet/src/supervisor.ts";
import { faucet, registerAndStake, senderOf } from "../../node/src/chain/account/actions.ts";
import { type Chain, openChain } from "../../node/src/chain/chain.ts";
import { enlistCall } from "../../node/src/chain/disputes/measured-calls.ts";
import { type MeasuredCourt, openMeasuredCourt } from "../../node/src/chain/disputes/measured-court.ts";
import { LloomError } from "../../node/src/errors.ts";
import { createLog } from "../../node/src/log.ts";
import type { Identity } from "../../node/src/wallet/identity.ts";
import { deployAudits, deployLloom, startChain, type TestChain, type TestDeployment } from "./chain.ts";

const DOLLAR = 1_000_000n;
export const STAKES = { executor: 100n * DOLLAR, validator: 500n * DOLLAR } as const;
/** Chain seconds. */
export const EPOCH_SECONDS = 600n;
/** A whole panel. */
const JURORS = 5;
/** How far the chain's clock is behind this machine's when the nodes start: as far as a test moves it while they buy and sell. */
const BEHIND_SECONDS = 4_500;
const log = createLog({ level: "silent", name: "test" });
const never = new AbortController().signal;

/** Who is there besides the jurors, by name. */
export interface Cast {
  readonly executors: readonly string[];
  readonly validators: readonly string[];
}

/** Somebody with a key and a chain of its own. */
export interface Person extends DevnetAccount {
  readonly address: Address;
  readonly identity: Identity;
  readonly chain: Chain;
}

export class Tribunal implements AsyncDisposable {
  readonly chain: TestChain;
  readonly deployment: TestDeployment;
  readonly audits: Address;
  readonly supervisor: Supervisor;
  readonly dir: string;
  readonly #stack: AsyncDisposableStack;
  #people = 0;
  readonly #members = new Map<string, Person>();
  jurors: readonly Person[] = [];
  bench: readonly RunningNode[] = [];
  /** Where the network is joined. */
  bootstrap = "";

  private constructor(
    parts: Pick<Tribunal, "chain" | "deployment" | "audits" | "supervisor" | "dir">,
    stack: AsyncDisposableStack,
  ) {
    this.chain = parts.chain;
    this.deployment = parts.deployment;
    this.audits = parts.audits;
    this.supervisor = parts.supervisor;
    this.dir = parts.dir;
    this.#stack = stack;
  }

  /** Starts the chain, on which everybody has had a stake for a week, and jurors have been on their list as long. */
  static async open(cast: Cast): Promise<Tribunal> {
    await using stack = new AsyncDisposableStack();
    const dir = mkdtempSync(join(tmpdir(), "lloom-tribunal-"));
    stack.defer(() => rmSync(dir, { recursive: true, force: true }));
    const past = Number(juryFacts.ELIGIBLE_AFTER) + BEHIND_SECONDS + 3_600;
    const chain = stack.use(await startChain({ initialDate: new Date(Date.now() - past * 1_000) }));
    const deployment = await deployLloom(chain.rpcUrl);
    const audits = await deployAudits(chain.rpcUrl, deployment, { epochSeconds: EPOCH_SECONDS, odds: 1n });
    const supervisor = stack.use(new Supervisor(dir, { home: join(dir, "home") }));
    const tribunal = new Tribunal({ chain, deployment, audits, supervisor, dir }, stack.move());
    await tribunal.#seat(cast);
    return tribunal;
  }

  async #seat({ executors, validators }: Cast): Promise<void> {
    for (const name of executors) this.#members.set(name, await this.#member(name, "executor"));
    for (const name of validators) this.#members.set(name, await this.#member(name, "validator"));
    const jurors: Person[] = [];
    for (let number = 0; number < JURORS; number++) {
      const juror = await this.#member(`juror-${number}`, "validator");
      await senderOf(juror.chain).send(enlistCall(await courtOf(juror.chain)));
      jurors.push(juror);
    }
    this.jurors = jurors;
    await this.goTo(BigInt(Math.floor(Date.now() / 1_000) - BEHIND_SECONDS));
  }

  /** The jurors' processes. */
  async convene(): Promise<void> {
    const [first, ...others] = this.jurors;
    if (first === undefined) return;
    const flags = ["--weights", "tiny"];
    const anchor = await this.node(first, "validator", flags);
    this.bootstrap = anchor.multiaddrs.join(",");
    const joining = others.map((juror) => this.node(juror, "validator", flags));
    this.bench = [anchor, ...(await Promise.all(joining))];
  }

  /** `lloom COMMAND` by somebody, until it says that it is ready. */
  node(person: DevnetAccount, command: "validator" | "executor", flags: readonly string[]): Promise<RunningNode> {
    const joins = this.bootstrap === "" ? [] : ["--bootstrap", this.bootstrap];
    return startNode(this.nodeContext, { account: person, command, args: [...joins, ...flags] });
  }

  get nodeContext(): NodeContext {
    const { supervisor, dir } = this;
    const { rpcUrl } = this.chain;
    const deployment = { ...this.deployment, audits: this.audits, startBlock: 0 };
    return { supervisor, dir, rpcUrl, deployment, signal: never };
  }

  /** Somebody of Hardhat's accounts. */
  async #person(name: string): Promise<Person> {
    this.#people += 1;
    const identity = this.chain.accounts[this.#people];
    if (identity === undefined) throw new LloomError("INTERNAL", "No account is left.");
    return this.as(name, identity);
  }

  /** Somebody with a key of its own, and ether. */
  async as(name: string, identity: Identity): Promise<Person> {
    const { accounting } = this.deployment;
    const chain = this.#stack.use(
      await openChain({ rpcUrl: this.chain.rpcUrl, accounting, identity, signal: never, log }),
    );
    await this.chain.request("hardhat_setBalance", identity.address, `0x${(10n ** 21n).toString(16)}`);
    return { name, address: identity.address, secret: identity.secret, identity, chain };
  }

  /** Somebody of the cast. */
  member(name: string): Person {
    const member = this.#members.get(name);
    if (member === undefined) throw new LloomError("INTERNAL", `${name} is not in the cast.`);
    return member;
  }

  async #member(name: string, role: "executor" | "validator"): Promise<Person> {
    const person = await this.#person(name);
    await faucet(person.chain);
    const peerId = peerIdBytes(person.secret);
    await registerAndStake(person.chain, { role, peerId, metadataURI: "", amount: STAKES[role] });
    return person;
  }

  now(): Promise<bigint> {
    return this.jurors[0]?.chain.nowSeconds() ?? Promise.resolve(0n);
  }

  /** Lets the chain's clock go on to this second, in a block of its own. */
  async goTo(seconds: bigint): Promise<void> {
    if (seconds <= (await this.now())) return;
    await this.chain.request("evm_setNextBlockTimestamp", Number(seconds));
    await this.chain.request("evm_mine");
  }

  async later(seconds: bigint): Promise<void> {
    await this.goTo((await this.now()) + seconds + 1n);
  }

  /** Blocks one by one, as a chain has them. */
  async mine(blocks: bigint): Promise<void> {
    for (let mined = 0n; mined < blocks; mined++) await this.chain.request("evm_mine");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

export async function courtOf(chain: Chain): Promise<MeasuredCourt> {
  const court = await openMeasuredCourt(chain);
  if (court === undefined) throw new LloomError("INTERNAL", "There is no court.");
  return court;
}
