/** A whole small network in one process: a real chain, real libp2p hosts, real databases on disk. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { peerIdBytes } from "@lloom/protocol/peer-id";
import type { Backend } from "../../../node/src/backend/backend.ts";
import { deposit, faucet, registerAndStake } from "../../../node/src/chain/account/actions.ts";
import { type Chain, openChain } from "../../../node/src/chain/chain.ts";
import type { AnswerAudit } from "../../../node/src/client/check/answer-audit.ts";
import { type Client, type ClientParts, createClient } from "../../../node/src/client/client.ts";
import type { ClientOptions } from "../../../node/src/client/client-options.ts";
import type { AskEvent, Question } from "../../../node/src/client/question.ts";
import { ClockWatch } from "../../../node/src/clock/clock-watch.ts";
import { LloomError } from "../../../node/src/errors.ts";
import { createExecutor, type Executor } from "../../../node/src/executor/executor.ts";
import type { ExecutorOptions } from "../../../node/src/executor/executor-options.ts";
import type { ExecutorParts } from "../../../node/src/executor/executor-parts.ts";
import { createLog } from "../../../node/src/log.ts";
import { createHost, type Host } from "../../../node/src/p2p/host/host.ts";
import { type ClientLog, openClientLog } from "../../../node/src/store/client/client-log.ts";
import { openDatabase } from "../../../node/src/store/database/database.ts";
import { createTextCipher } from "../../../node/src/store/database/text-cipher.ts";
import { type ExecutorLog, openExecutorLog } from "../../../node/src/store/executor/executor-log.ts";
import { createValidator, type Validator } from "../../../node/src/validator/validator.ts";
import { type Identity, identityFromSecret } from "../../../node/src/wallet/identity.ts";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../../support/chain.ts";
import type { Program } from "../../support/processes.ts";
import { MODEL } from "./scripted-backend.ts";

/** 1 tUSD in base units. */
export const DOLLAR = 1_000_000n;
export const PRICE = { inboundPrice: 100_000_000n, outboundPrice: 400_000_000n };
export const log = createLog({ level: "silent", name: "test" });
const never = new AbortController().signal;

/** A part of the network with the key and the chain that are its own. */
export interface Member {
  readonly identity: Identity;
  readonly chain: Chain;
  readonly host: Host;
}
export interface Seller extends Member, AsyncDisposable {
  readonly executor: Executor;
  readonly store: ExecutorLog;
}
export interface Buyer extends Member, AsyncDisposable {
  readonly client: Client;
  readonly store: ClientLog;
}

export interface SellerOptions extends Partial<ExecutorOptions>, Pick<ExecutorParts, "room"> {
  readonly backend: Backend;
  /** Base units; the minimum unless given. */
  readonly stake?: bigint;
  /** Instead of the chain itself. */
  readonly rpcUrl?: string;
  /** Of an executor that was there before. */
  readonly identity?: Identity;
  readonly dataDir?: string;
  /** Instead of TCP on loopback. */
  readonly listen?: readonly string[];
  /** Stands between the executor and its log. */
  readonly tap?: (store: ExecutorLog) => ExecutorLog;
}

export interface BuyerOptions extends ClientOptions, Pick<ClientParts, "room"> {
  /** Instead of the chain itself. */
  readonly rpcUrl?: string;
  /** Base units. */
  readonly deposit?: bigint;
  /** Holds answers against weights of its own. */
  readonly audit?: (member: Member & { readonly store: ClientLog }) => AnswerAudit;
  /** Of a client that was there before. */
  readonly identity?: Identity;
  readonly dataDir?: string;
}

/** Chain, contracts and one validator through which everybody finds everybody. */
export class World implements AsyncDisposable {
  readonly chain: TestChain;
  readonly deployment: TestDeployment;
  readonly #stack: AsyncDisposableStack;
  /** Sellers and buyers that have not been closed yet. */
  readonly #members = new Set<AsyncDisposableStack>();
  #anchor: Host | undefined;
  /** The anchor's role. */
  validator: Validator | undefined;

  private constructor(chain: TestChain, deployment: TestDeployment, stack: AsyncDisposableStack) {
    this.chain = chain;
    this.deployment = deployment;
    this.#stack = stack;
  }

  static async start(): Promise<World> {
    const stack = new AsyncDisposableStack();
    const chain = stack.use(await startChain());
    const world = new World(chain, await deployLloom(chain.rpcUrl), stack);
    const anchor = await world.join(await world.nextIdentity());
    world.#anchor = anchor.host;
    world.validator = stack.use(await createValidator({ ...anchor, log }, {}));
    return world;
  }

  /** The validator's host. */
  get anchor(): Host {
    if (this.#anchor === undefined) throw new LloomError("INTERNAL", "The world has not started.");
    return this.#anchor;
  }

  /** A new key with ether. */
  async nextIdentity(): Promise<Identity> {
    const identity = identityFromSecret(randomBytes(32));
    await this.chain.request("hardhat_setBalance", identity.address, `0x${(10n ** 21n).toString(16)}`);
    return identity;
  }

  /** Chain and host of a new member; closed with the world. */
  async join(
    identity: Identity,
    rpcUrl = this.chain.rpcUrl,
    stack = this.#stack,
    listen: readonly string[] = ["/ip4/127.0.0.1/tcp/0"],
  ): Promise<Member> {
    const { accounting } = this.deployment;
    const chain = stack.use(await openChain({ rpcUrl, accounting, identity, signal: never, log }));
    const host = stack.use(
      await createHost({
        secret: identity.secret,
        network: chain.network,
        listen,
        bootstrap: this.#anchor?.multiaddrs() ?? [],
        dhtServer: true,
        log,
      }),
    );
    return { identity, chain, host };
  }

  /** An executor with stake; it settles only when told, unless the options say otherwise. */
  async seller(given: SellerOptions) {
    const { backend, stake, rpcUrl, dataDir, identity, listen, room, tap = (log) => log, ...options } = given;
    const stack = new AsyncDisposableStack();
    const member = await this.join(identity ?? (await this.nextIdentity()), rpcUrl, stack, listen);
    await this.stake(member, stake);
    const path = join(dataDir ?? (await this.dataDir()), "executor.sqlite");
    const db = stack.use(openDatabase(path, { cipher: createTextCipher(member.identity.secret) }));
    const store = tap(openExecutorLog(db));
    const executor = stack.use(
      await createExecutor(
        { ...member, store, backend, log, room },
        {
          price: PRICE,
          settleAmount: 1n << 90n,
          watchPollMs: 100,
          settleCheckMs: 50,
          offerIntervalMs: 500,
          ...options,
        },
      ),
    );
    return this.#closing({ ...member, store, executor }, stack);
  }

  /** A client with a deposit. */
  async buyer({
    deposit: amount = 100n * DOLLAR,
    rpcUrl,
    dataDir,
    identity,
    audit,
    room,
    ...options
  }: BuyerOptions = {}): Promise<Buyer> {
    const stack = new AsyncDisposableStack();
    const member = await this.join(identity ?? (await this.nextIdentity()), rpcUrl, stack);
    if (amount > 0n) {
      await faucet(member.chain);
      await deposit(member.chain, amount);
    }
    const directory = dataDir ?? (await this.dataDir());
    const cipher = createTextCipher(member.identity.secret);
    const store = openClientLog(stack.use(openDatabase(join(directory, "client.sqlite"), { cipher })));
    const { chain, host } = member;
    const { clock = Date.now } = options;
    const watch = stack.use(new ClockWatch({ ...{ chain, host, log, clock }, onChange: () => undefined }));
    const client = stack.use(
      await createClient(
        {
          ...{ ...member, store, log, room, vocabularies: join(directory, "vocabularies") },
          ...{ audit: audit?.({ ...member, store }), checkClock: () => watch.look() },
        },
        // Executors without stake are told of by gossip alone, every five seconds.
        { exploration: 0, random: () => 0, watchPollMs: 100, offerWaitMs: 30_000, ...options },
      ),
    );
    return this.#closing({ ...member, store, client }, stack);
  }

  /** A program that a test leaves running, as one that fails does, ends with the world. */
  endWithIt({ signal, ended }: Program): void {
    this.#stack.defer(async () => {
      signal("SIGKILL");
      await ended;
    });
  }

  /** A directory that is gone with the world. */
  async dataDir(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), "lloom-roles-"));
    this.#stack.defer(() => rm(path, { recursive: true, force: true }));
    return path;
  }

  /**
   * Closes all sellers and buyers that are left. Between tests that share none: each that stays goes on asking the chain many times a
   * second, and more with every reorganisation.
   */
  async endMembers(): Promise<void> {
    await Promise.all([...this.#members].map((stack) => stack.disposeAsync()));
    this.#members.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endMembers();
    await this.#stack.disposeAsync();
  }

  /** Makes a member an executor with something to lose, once. */
  async stake({ chain, identity }: Member, amount = 100n * DOLLAR): Promise<void> {
    if (amount === 0n || (await chain.contracts.token.balanceOf(identity.address)) > 0n) return;
    await faucet(chain);
    const peerId = peerIdBytes(identity.secret);
    await registerAndStake(chain, { role: "executor", peerId, metadataURI: "", amount });
  }

  /** Closes with itself or with the world, whichever comes first. */
  #closing<T>(parts: T, stack: AsyncDisposableStack): T & AsyncDisposable {
    this.#members.add(stack);
    return { ...parts, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  }
}

/** The member's machine is unplugged: its connections end, and its parts cannot say goodbye. */
export async function unplug(member: Member & AsyncDisposable): Promise<void> {
  await member.host.libp2p.stop();
}

/** Closes what is left of an unplugged member; that its host is gone already is no failure here. */
export const sweepUp = (member: AsyncDisposable): Promise<void> =>
  Promise.resolve(member[Symbol.asyncDispose]()).catch(() => undefined);

/** A question of one user message. */
export const question = (content = "What does the loom do?", change: Partial<Question> = {}): Question => ({
  model: MODEL,
  messages: [{ role: "user", content }],
  sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
  maxOutboundTokens: 64,
  ...change,
});

export interface Heard {
  readonly text: string;
  readonly events: readonly AskEvent[];
  readonly end: Extract<AskEvent, { type: "end" }>;
}

/** The whole answer. */
export async function hear(events: AsyncIterable<AskEvent>): Promise<Heard> {
  const heard: AskEvent[] = [];
  for await (const event of events) heard.push(event);
  const end = heard.at(-1);
  if (end?.type !== "end") throw new LloomError("INTERNAL", "The answer has no end.");
  const text = heard.map((event) => (event.type === "text" ? event.text : "")).join("");
  return { text, events: heard, end };
}

/** Asks without ever cancelling. */
export const askAll = (buyer: Buyer, asked: Question = question()): Promise<Heard> =>
  hear(buyer.client.ask(asked, never));

/** Waits for a condition; fails with its name at the deadline. */
export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline)
      throw new LloomError("INTERNAL", `Not in time: ${typeof what === "string" ? what : what()}.`);
    await pause(10);
  }
}

/** A deadline for what a test waits for. */
export const soon = (ms = 20_000): AbortSignal => AbortSignal.timeout(ms);
