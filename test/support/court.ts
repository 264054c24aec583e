/** A court in this process: a chain with all contracts, jurors on its bench, executors and clients with answers between them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { enumNumber } from "@lloom/protocol/contract-enums";
import { hashEvidence } from "@lloom/protocol/evidence-hash";
import { juryFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { hashVote, type VoteChoice } from "@lloom/protocol/votes";
import { getBytes, MaxUint256, type Wallet } from "ethers";
import { pairOf } from "../../node/src/chain/account/settle.ts";
import { type Chain, openChain } from "../../node/src/chain/chain.ts";
import { readJurors, readPanel } from "../../node/src/chain/disputes/jury.ts";
import { type MeasuredCourt, openMeasuredCourt } from "../../node/src/chain/disputes/measured-court.ts";
import {
  type MeasuredDispute,
  type MeasuredKind,
  readDisputeAbout,
  readMeasured,
} from "../../node/src/chain/disputes/measured-disputes.ts";
import { LloomError } from "../../node/src/errors.ts";
import { type Database, openDatabase } from "../../node/src/store/database/database.ts";
import { createTextCipher } from "../../node/src/store/database/text-cipher.ts";
import { type ExecutorLog, openExecutorLog } from "../../node/src/store/executor/executor-log.ts";
import { type Identity, identityFromSecret } from "../../node/src/wallet/identity.ts";
import { type StagedEvidence, type Staging, stageEvidence } from "../../protocol/test/staged-evidence.ts";
import { openRpcServer } from "../integration/indexer/rpc-server.ts";
import { type Market, openMarket, PEER_ID, VALIDATOR_ROLE, walletOf } from "./contracts/market.ts";
import { never, silentLog } from "./hosts.ts";
import { eventually } from "./processes.ts";

const { DRAW_DELAY, COMMIT_PERIOD, REVEAL_PERIOD, ELIGIBLE_AFTER } = juryFacts;
/** The validators' minimum: 500 tUSD. */
const JUROR_STAKE = 500_000_000n;
const SALT: Hex = `0x${"5a".repeat(32)}`;
const PATIENCE_MS = 120_000;

const FEE = 2_000_000n;
/** Money of a complaint about counts at an executor's stake here, 10 000: a twentieth of it, a 250th of that for a juror, and sixteen of those. */
export const OF_COUNTS = { PENALTY: 500_000_000n, FEE, BOND: 16n * FEE } as const;

/** Somebody with a key, and a chain of its own. */
export interface Somebody {
  readonly identity: Identity;
  readonly wallet: Wallet;
  readonly chain: Chain;
}

/** An answer that was signed, settled and saved by its executor. */
export interface Sale extends StagedEvidence {
  readonly client: Somebody;
  readonly executor: Somebody;
}

/** What is sold, and whether it is settled. */
export interface Selling extends Pick<Staging, "text" | "profile" | "counted"> {
  readonly settles?: boolean;
}

export class Court implements AsyncDisposable {
  readonly market: Market;
  readonly url: string;
  readonly addresses: MeasuredCourt;
  /** Whoever looks at the chain here. */
  readonly chain: Chain;
  readonly bench: readonly string[];
  readonly #stack: AsyncDisposableStack;
  #lane = 0n;

  private constructor(parts: {
    readonly market: Market;
    readonly url: string;
    readonly addresses: MeasuredCourt;
    readonly chain: Chain;
    readonly bench: readonly string[];
    readonly stack: AsyncDisposableStack;
  }) {
    this.market = parts.market;
    this.url = parts.url;
    this.addresses = parts.addresses;
    this.chain = parts.chain;
    this.bench = parts.bench;
    this.#stack = parts.stack;
  }

  /** So many jurors that can be drawn, and executors with a stake of 10 000 tUSD by these names. */
  static async open({ jurors, executors }: { readonly jurors: number; readonly executors: readonly string[] }) {
    await using stack = new AsyncDisposableStack();
    const market = await openMarket();
    stack.defer(() => market.connection.close());
    const bench = Array.from({ length: jurors }, (_, number) => `juror ${number}`);
    for (const name of bench) {
      const juror = await market.fund(name);
      await market.stakeRegistry.send(juror, "registerAndStake", VALIDATOR_ROLE, PEER_ID, "", JUROR_STAKE);
      await market.jury.send(juror, "enlist");
    }
    for (const name of executors) await market.enrol(name);
    await market.networkHelpers.time.increase(Number(ELIGIBLE_AFTER));
    const { url } = stack.use(await openRpcServer(market.connection.provider));
    const accounting = market.accounting.address;
    const chain = stack.use(await openChain({ rpcUrl: url, accounting, signal: never, log: silentLog }));
    const addresses = await openMeasuredCourt(chain);
    if (addresses === undefined) throw new LloomError("INTERNAL", "There is no court.");
    return new Court({ market, url, addresses, chain, bench, stack: stack.move() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  /** A name's key with a chain of its own, closed with the court. */
  async as(name: string, rpcUrl = this.url): Promise<Somebody> {
    const wallet = walletOf(name).connect(this.market.connection.ethers.provider);
    const identity = identityFromSecret(getBytes(wallet.privateKey));
    const accounting = this.market.accounting.address;
    const chain = await openChain({ rpcUrl, accounting, identity, signal: never, log: silentLog });
    this.#stack.use(chain);
    return { identity, wallet, chain };
  }

  /** A log on disk, gone with the court. */
  database({ identity }: Pick<Somebody, "identity">): Database {
    const directory = mkdtempSync(join(tmpdir(), "lloom-court-"));
    this.#stack.defer(() => rmSync(directory, { recursive: true, force: true }));
    const cipher = createTextCipher(identity.secret);
    return this.#stack.use(openDatabase(join(directory, "log.sqlite"), { cipher }));
  }

  /** A client with a channel asks this executor once; the answer is saved in the log, and settled unless that is left to others. */
  async sell(
    executor: Somebody,
    store: ExecutorLog,
    client: string,
    { settles = true, ...answer }: Selling = {},
  ): Promise<Sale> {
    const { market } = this;
    this.#lane += 1n;
    await market.open(client, executor.identity.address);
    // For bonds: what is left in the wallet after the deposit is nothing.
    await market.fund(client);
    const buyer = await this.as(client);
    const hasher = createCommitmentHasher(executor.chain.domain);
    const parties = { client: buyer.identity, executor: executor.identity };
    const [lane, deadline] = [this.#lane, await market.deadline()];
    const staged = stageEvidence({ hasher, ...parties, lane, deadline, ...answer });
    const { receipt, requestHash, responseHash, held } = staged;
    const { request, response, clientSignature, executorSignature } = receipt;
    store.accept({ ...{ requestHash, request, clientSignature }, acceptedAtMs: Date.now() });
    const opening = { contentSalt: held.text.contentSalt, delivered: held.text.bytes, trace: held.trace };
    const signed = { requestHash, response, responseHash, ...opening, prompt: held.prompt };
    store.saveAnswer({ ...signed, answeredAtMs: Date.now() });
    store.saveSignature(requestHash, executorSignature);
    if (settles) await market.accounting.send(executor.wallet, "settle", [pairOf(receipt)]);
    return { ...staged, client: buyer, executor };
  }

  /** The client complains of an answer, whatever its node thinks of that. */
  async complain(
    { receipt, client, responseHash }: Sale,
    { kind = "WrongModel", counted: [inboundTokens, outboundTokens] = [0, 0] }: Complaining = {},
  ): Promise<Hex> {
    const { measured, token, deposits } = this.market;
    await token.send(client.wallet, "approve", deposits.address, MaxUint256);
    const answer = { pair: pairOf(receipt), consent: receipt.clientSignature, inboundTokens, outboundTokens };
    const number = enumNumber(measuredDisputesFacts.Kind, kind);
    await measured.send(client.wallet, "open", number, hashEvidence([responseHash]), [answer], MaxUint256);
    const id = await readDisputeAbout(this.chain, this.addresses, receipt.request);
    if (id === undefined) throw new LloomError("INTERNAL", "The dispute is not there.");
    return id;
  }

  async dispute(id: Hex): Promise<MeasuredDispute> {
    return readMeasured(this.chain, this.addresses, id);
  }

  /** Waits until a dispute stands so. */
  async standing(id: Hex, state: MeasuredDispute["state"]): Promise<MeasuredDispute> {
    await eventually(`the dispute is at ${state}`, PATIENCE_MS, async () => (await this.dispute(id)).state === state);
    return this.dispute(id);
  }

  /** One by one: blocks that are mined in one call have no parents, which a watch takes for a reorganisation. */
  async mineToDraw(): Promise<void> {
    for (let mined = 0n; mined <= DRAW_DELAY; mined++) await this.market.networkHelpers.mine();
  }

  /** Waits until somebody has drawn the panel that was asked for. */
  async drawn(id: Hex): Promise<readonly string[]> {
    await this.mineToDraw();
    const panel = () => readPanel(this.chain, this.addresses, id);
    await eventually("the panel is drawn", PATIENCE_MS, async () => (await panel()).phase !== "drawing");
    const { round } = await panel();
    const seated = await readJurors(this.chain, this.addresses, { id, round });
    return seated.map((address) => this.bench.find((name) => lowerCase(walletOf(name).address) === address) ?? "");
  }

  /** Draws, has the jurors vote by hand in the order of their drawing, and lets both periods pass. */
  async judge(id: Hex, votes: readonly VoteChoice[]): Promise<void> {
    const { jury, networkHelpers, connection } = this.market;
    const seated = await this.drawn(id);
    const { round } = await readPanel(this.chain, this.addresses, id);
    const seats = votes.map((choice, index) => {
      const wallet = walletOf(seated[index] ?? "").connect(connection.ethers.provider);
      return { wallet, choice, juror: lowerCase(wallet.address) };
    });
    for (const { wallet, choice, juror } of seats)
      await jury.send(wallet, "commit", id, hashVote({ disputeId: id, round, juror, choice, salt: SALT }));
    if ((await readPanel(this.chain, this.addresses, id)).phase === "commit")
      await networkHelpers.time.increase(Number(COMMIT_PERIOD) + 1);
    for (const { wallet, choice, juror } of seats)
      await jury.send(wallet, "reveal", id, juror, enumNumber(juryFacts.Choice, choice), SALT);
    await this.later(COMMIT_PERIOD + REVEAL_PERIOD);
  }

  /** The chain's clock goes on by so many seconds, and a block shows it. */
  async later(seconds: bigint): Promise<void> {
    await this.market.networkHelpers.time.increase(Number(seconds) + 1);
  }

  /** All that somebody has in payment tokens, wherever it is: base units. */
  async wealth({ identity: { address } }: Pick<Somebody, "identity">) {
    const { token, deposits, stakeRegistry, accounting } = this.market;
    const shares = (await stakeRegistry.read("rewards", address)) as { credited: bigint; withdrawn: bigint };
    const earned = (await accounting.read("earnings", address)) as { settled: bigint };
    return {
      wallet: (await token.read("balanceOf", address)) as bigint,
      deposit: (await accounting.read("balanceOf", address)) as bigint,
      stake: (await stakeRegistry.read("slashableStake", address)) as bigint,
      /** Settled ever, less what was taken back. */
      settled: earned.settled,
      shares: shares.credited - shares.withdrawn,
      credit: (await deposits.read("creditOf", address)) as bigint,
    };
  }
}

export interface Complaining {
  readonly kind?: MeasuredKind;
  /** What there really was, as the challenger says: prompt and answer. */
  readonly counted?: readonly [number, number];
}

/** The log of an executor, in the court's keeping. */
export const executorLogIn = (court: Court, executor: Somebody): ExecutorLog =>
  openExecutorLog(court.database(executor));

const lowerCase = (address: string) => address.toLowerCase() as Hex;
