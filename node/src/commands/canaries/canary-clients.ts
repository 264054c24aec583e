import { rmSync } from "node:fs";
import { join } from "node:path";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { deposit, faucet } from "../../chain/account/actions.ts";
import { type Chain, openChain } from "../../chain/chain.ts";
import { readDeposit, readTokenBalance } from "../../chain/reads.ts";
import { fileJournal } from "../../chain/send/send-journal.ts";
import { createClient } from "../../client/client.ts";
import { ClockWatch } from "../../clock/clock-watch.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { createHost } from "../../p2p/host/host.ts";
import { Mutex } from "../../primitives/mutex.ts";
import { openClientLog } from "../../store/client/client-log.ts";
import { openDatabase } from "../../store/database/database.ts";
import { createTextCipher } from "../../store/database/text-cipher.ts";
import type { CanaryShiftLog } from "../../store/validator/canary-shift-log.ts";
import type {
  CanaryBuyer,
  CanaryOrder,
  CanaryReply,
  TracesOrder,
  TracesReply,
} from "../../validator/audit/canary-answer.ts";
import { keysFor, shiftsOf } from "../../validator/canary/canary-keys.ts";
import { depositOf } from "../../validator/canary/deposit-of.ts";
import type { Random } from "../../validator/canary/draw.ts";
import type { Identity } from "../../wallet/identity.ts";
import { buyCanary, type CanaryClient } from "./buy-canary.ts";
import { fetchTraces } from "./fetch-traces.ts";

export interface CanaryClientsParts {
  /** The validator's own: canary keys are on the same deployment. */
  readonly chain: Chain;
  readonly rpcUrl: string;
  readonly bootstrap: readonly string[];
  /** Holds a folder for each key, with all that it knows: what one has learnt no other may make use of. */
  readonly directory: string;
  readonly identityOf: (key: number) => Identity;
  /** How many keys there are. */
  readonly keys: number;
  readonly shifts: CanaryShiftLog;
  readonly random: Random;
  /** A key's log failed: that key can ask nothing any more. */
  readonly onLogFailure: (problem: LloomError) => void;
  readonly log: Log;
}

const VOCABULARIES = "vocabularies";

interface Opened extends CanaryClient, AsyncDisposable {
  /** Of its money: it asks several executors at a time, and deposits once. */
  readonly providing: Mutex;
}

/** Buys canaries by keys that nobody knows to be the validator's, each a client of its own with host, log and money. */
export class CanaryClients implements CanaryBuyer, AsyncDisposable {
  readonly #parts: CanaryClientsParts;
  readonly #open = new Map<number, Promise<Opened>>();
  readonly #closing = new Map<number, Promise<void>>();
  readonly #choosing = new Mutex();

  constructor(parts: CanaryClientsParts) {
    this.#parts = parts;
  }

  async ask(order: CanaryOrder, signal: AbortSignal): Promise<CanaryReply> {
    try {
      const key = await this.#choosing.run(() => this.#keyFor(order));
      if (key === undefined) return { type: "unasked", problem: "No canary key that may ask this executor has money." };
      const client = await this.#client(key);
      await client.providing.run(() => this.#provide(client.chain, signal));
      return await buyCanary(client, order, signal);
    } catch (thrown) {
      return { type: "unasked", problem: asLloomError(thrown).message };
    }
  }

  async traces(order: TracesOrder, signal: AbortSignal): Promise<TracesReply> {
    try {
      const key = this.#parts.shifts.shiftOf(order.executor, order.epoch);
      if (key === undefined) return { type: "unasked", problem: "It is not known which canary key asked." };
      return await fetchTraces(await this.#client(key), order, signal);
    } catch (thrown) {
      return { type: "unasked", problem: asLloomError(thrown).message };
    }
  }

  /** Goes on with these keys alone, for whoever may ask for their evidence; the others leave the network. */
  async keep(keys: ReadonlySet<number>): Promise<void> {
    // Those that are open now: one that is opened meanwhile is wanted.
    const resting = [...this.#open].filter(([key]) => !keys.has(key));
    await Promise.all(resting.map(([key, opening]) => this.#close(key, opening)));
    for (const [key] of resting) if (!this.#open.has(key)) this.#forgetVocabularies(key);
    for (const key of keys) await this.#client(key);
  }

  /** They are fetched again by whoever comes back; of thousands of keys they would fill the disk. */
  #forgetVocabularies(key: number): void {
    rmSync(join(this.#parts.directory, String(key), VOCABULARIES), { recursive: true, force: true });
  }

  #close(key: number, opening: Promise<Opened>): Promise<void> {
    this.#open.delete(key);
    const closing: Promise<void> = opening
      .then((opened) => opened[Symbol.asyncDispose]())
      .catch(() => undefined)
      .finally(() => this.#closing.get(key) === closing && this.#closing.delete(key));
    this.#closing.set(key, closing);
    return closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open].map(([key, opening]) => this.#close(key, opening)));
  }

  /** Saved before it is used: the same key for the whole epoch, also after a restart. */
  async #keyFor({ executor, epoch, returnsFrom }: CanaryOrder): Promise<number | undefined> {
    const { keys, shifts, identityOf, random } = this.#parts;
    const saved = shifts.shiftOf(executor, epoch);
    if (saved !== undefined) return saved;
    const returning = returnsFrom === undefined ? undefined : shifts.shiftOf(executor, returnsFrom);
    if (returning !== undefined) return shifts.saveShift({ executor, epoch, key: returning });
    const most = (key: number): number => shiftsOf(identityOf(key));
    for (const key of keysFor(executor, { keys, shifts: shifts.allShifts(), most, random }))
      if (await this.#hasMoney(key)) return shifts.saveShift({ executor, epoch, key });
    return undefined;
  }

  async #hasMoney(key: number): Promise<boolean> {
    const { chain, identityOf } = this.#parts;
    const { address } = identityOf(key);
    if ((await chain.provider.getBalance(address)) === 0n) return false;
    const [free, wallet] = await Promise.all([readDeposit(chain, address), readTokenBalance(chain, address)]);
    return free + wallet > 0n || (await this.#hasFaucet());
  }

  #hasFaucet(): Promise<boolean> {
    const { token } = this.#parts.chain.contracts;
    return token.FAUCET_AMOUNT().then(
      () => true,
      () => false,
    );
  }

  /** What a client does before it asks: it deposits, and on a test network takes test tokens first. */
  async #provide(chain: Chain, signal: AbortSignal): Promise<void> {
    const { address } = chain.sender?.account ?? {};
    if (address === undefined) throw new LloomError("INTERNAL", "A canary key has no sender.");
    const unit = 10n ** BigInt(chain.tokenDecimals);
    if ((await readDeposit(chain, address)) * 10n >= unit) return;
    if ((await readTokenBalance(chain, address)) === 0n && (await this.#hasFaucet())) await faucet(chain, { signal });
    const wallet = await readTokenBalance(chain, address);
    if (wallet > 0n) await deposit(chain, depositOf(wallet, unit, this.#parts.random), { signal });
  }

  #client(key: number): Promise<Opened> {
    const opening = this.#open.get(key) ?? this.#start(key);
    this.#open.set(key, opening);
    // One that could not be opened is tried again.
    opening.catch(() => this.#open.delete(key));
    return opening;
  }

  async #start(key: number): Promise<Opened> {
    const { chain: own, rpcUrl, bootstrap, directory, identityOf, onLogFailure, log } = this.#parts;
    const identity = identityOf(key);
    const folder = join(directory, String(key));
    await using stack = new AsyncDisposableStack();
    const journal = (scope: Parameters<typeof fileJournal>[1]) => fileJournal(join(folder, "transactions"), scope);
    const { accounting, startBlock, domain } = own;
    const { signal } = new AbortController();
    // Its log is opened once at a time.
    await this.#closing.get(key);
    const chain = stack.use(await openChain({ rpcUrl, accounting, identity, signal, log, journal, startBlock }));
    const cipher = createTextCipher(identity.secret);
    const scope = `${domain.chainId}/${domain.accounting}/${identity.address}`;
    const store = openClientLog(stack.use(openDatabase(join(folder, "client.sqlite"), { scope, cipher })));
    const host = stack.use(
      await createHost({
        ...{ secret: identity.secret, network: chain.network, listen: ["/ip4/127.0.0.1/tcp/0"] },
        ...{ bootstrap, dhtServer: false, log },
      }),
    );
    // Whom every client asks what time it is would know who does not.
    const clock = stack.use(new ClockWatch({ chain, host, log, onChange: () => undefined }));
    const vocabularies = join(folder, VOCABULARIES);
    const client = stack.use(
      await createClient(
        { identity, chain, store, host, log, vocabularies, checkClock: () => clock.look() },
        // It listens nowhere that jurors could reach.
        { exploration: 0, callsJurors: true },
      ),
    );
    void client.failed.then(onLogFailure);
    const resources = stack.move();
    return {
      ...{ client, store, host, chain, hasher: createCommitmentHasher(chain.domain), log },
      providing: new Mutex(),
      [Symbol.asyncDispose]: () => resources.disposeAsync(),
    };
  }
}
