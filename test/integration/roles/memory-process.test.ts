/** Real `lloom executor` processes that are killed, and whose log is put back as it once was, or lost. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { nextRequestFields } from "@lloom/protocol/lane";
import type { ResponseFrame } from "@lloom/protocol/messages";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allocate } from "../../../node/src/chain/account/actions.ts";
import { createInferPool, type InferPool } from "../../../node/src/p2p/infer/infer-client.ts";
import { openDatabase } from "../../../node/src/store/database/database.ts";
import { openExecutorLog } from "../../../node/src/store/executor/executor-log.ts";
import { openKeystore } from "../../../node/src/wallet/keystore.ts";
import { FAULT_MODEL, type FaultBackends, startFaultBackends } from "../../support/fault-backend.ts";
import { type Program, untilPrinted } from "../../support/processes.ts";
import { copyLog } from "./copy-log.ts";
import { type Addressee, type Frame, frameFor, outcomeOf, sendFrame } from "./foreign-request.ts";
import { keyIn, launch, PASSWORD } from "./launch.ts";
import { type Buyer, DOLLAR, log, until, World } from "./world.ts";

const READY_MS = 180_000;
/** An offer ends two minutes after it was made, and a start waits no longer for another's. */
const OFFER_ENDS_MS = 150_000;

let world: World;
let buyer: Buyer;
let pool: InferPool;
let backends: FaultBackends;
beforeAll(async () => {
  world = await World.start();
  backends = await startFaultBackends();
  buyer = await world.buyer({ deposit: 1_000n * DOLLAR });
  pool = createInferPool(buyer.host, log);
});
afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await backends[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** A running executor as its clients see it. */
interface Running extends Addressee {
  readonly program: Program;
}

interface Starting {
  readonly dir: string;
  readonly backend: string;
  readonly more?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const launchExecutor = ({ dir, backend, more = [], env = {} }: Starting): Promise<Program> =>
  launch(world, {
    ...{ command: "executor", dir, env },
    more: ["--json", "--backend", backends.url(backend), "--listen", "/ip4/127.0.0.1/tcp/0", ...PRICES, ...more],
  });
/** Those of `foreign-request.ts`. */
const PRICES = ["--inbound-price", "100", "--outbound-price", "400"];

/** What it said when it was ready. */
async function startExecutor(starting: Starting): Promise<Running> {
  const program = await launchExecutor(starting);
  await untilPrinted(program, '"event":"ready"', READY_MS);
  const line = program
    .printed()
    .split("\n")
    .find((printed) => printed.includes('"event":"ready"'));
  const { address, peerId, multiaddrs, models } = JSON.parse(line ?? "{}");
  return {
    program,
    identity: { address: address.toLowerCase() },
    host: { peerId, multiaddrs: () => multiaddrs },
    executor: { status: () => ({ models }) },
  };
}

async function kill({ program }: Pick<Running, "program">): Promise<void> {
  program.signal("SIGKILL");
  await program.ended;
}

/** A key with a stake; its address. */
async function stakedKey(dir: string): Promise<Hex> {
  const identity = await openKeystore({ path: join(dir, "keystore.json"), password: PASSWORD });
  await world.chain.request("hardhat_setBalance", identity.address, `0x${(10n ** 21n).toString(16)}`);
  // Its host must be gone before the executor's own has the same peer id.
  await using stack = new AsyncDisposableStack();
  await world.stake(await world.join(identity, world.chain.rpcUrl, stack));
  return identity.address;
}

describe("an executor's process that is killed, and starts with its log as it was at another step", () => {
  const STEPS = ["never offered", "offered", "answering", "answered", "acknowledged", "settled", "lost"] as const;
  const copies = new Map<(typeof STEPS)[number], string>();
  const backend = "killed";
  let dir: string;
  let first: Frame;
  let cut: Frame;
  let told: ResponseFrame;
  let hashOf: (response: ResponseFrame["response"]) => Hex;

  const startAlone = (): Promise<Running> => startExecutor({ dir, backend });
  const save = (step: (typeof STEPS)[number]): void => copyLog(dir, copies.get(step) ?? "");

  /** One life in three processes, each killed or stopped at another step. */
  beforeAll(async () => {
    hashOf = createCommitmentHasher(buyer.chain.domain).hashResponse;
    dir = await keyIn(world);
    for (const step of STEPS) copies.set(step, await world.dataDir());
    await allocate(buyer.chain, await stakedKey(dir), DOLLAR);
    const seller = await startAlone();
    save("offered");
    first = await frameFor({ buyer, seller });
    told = await responseTo(seller, first);
    save("answered");
    const { cumulativeCost: cost, cumulativeInbound: inbound, cumulativeOutbound: outbound } = told.response;
    const lane = { nonce: 1n, cost, inbound, outbound, responseHash: hashOf(told.response) };
    await responseTo(
      seller,
      await frameFor({ buyer, seller }, { lane: first.request.lane, ...nextRequestFields(lane) }),
    );
    save("acknowledged");
    cut = await frameFor({ buyer, seller });
    backends.behave(backend, "hang");
    const before = backends.asked(backend);
    const cutOff = outcomeOf(pool, seller, cut).catch(() => "gone");
    await until("the backend works on it", () => backends.asked(backend) > before);
    save("answering");
    await kill(seller);
    expect(await cutOff).not.toBe("response");
    backends.behave(backend, "answer");
    const settling = await startAlone();
    settling.program.signal("SIGTERM");
    expect((await settling.program.ended).code).toBe(0);
    save("settled");
  }, 240_000);

  async function responseTo(seller: Running, frame: Frame): Promise<ResponseFrame> {
    const last = await sendFrame(pool, seller, frame);
    if (last?.type === "response") return last;
    throw new RangeError(`No response but ${JSON.stringify(last?.type === "error" ? last.code : last?.type)}.`);
  }

  it.each(STEPS)("%s: signs nothing that it may have signed before", { timeout: 180_000 }, async (step) => {
    for (const name of ["executor.sqlite", "executor.sqlite-wal", "executor.sqlite-shm"])
      rmSync(join(dir, name), { force: true });
    copyLog(copies.get(step) ?? "", dir);
    const hasLog = existsSync(join(dir, "executor.sqlite"));
    expect(hasLog).toBe(step !== "never offered" && step !== "lost");
    const asked = backends.asked(backend);
    const seller = await startAlone();
    try {
      // Again and again, also while its own first answer of this run is made.
      for (const frame of [first, cut, first]) expect(await outcomeOf(pool, seller, frame)).toBe("OFFER_UNKNOWN");
      expect(backends.asked(backend)).toBe(asked);
      // It goes on with whoever takes an offer of this run.
      const fresh = await frameFor({ buyer, seller });
      expect(await outcomeOf(pool, seller, fresh)).toBe("response");
      expect(await outcomeOf(pool, seller, first)).toBe("OFFER_UNKNOWN");
    } finally {
      await kill(seller);
    }
    using db = openDatabase(join(dir, "executor.sqlite"));
    const kept = openExecutorLog(db);
    for (const { receipt, responseHash } of kept.receipts({ limit: 99 })) {
      const { lane, nonce } = receipt.request;
      if (lane === first.request.lane && nonce === 1n) expect(responseHash).toBe(hashOf(told.response));
      expect(lane).not.toBe(cut.request.lane);
    }
  });
});

describe("two executors' processes with one key", () => {
  let dir: string;
  let copy: string;
  let running: Running;
  const bootstrap = (): string[] => ["--bootstrap", world.anchor.multiaddrs().join(",")];

  beforeAll(async () => {
    [dir, copy] = [await keyIn(world), await world.dataDir()];
    await stakedKey(dir);
    running = await startExecutor({ dir, backend: "double", more: bootstrap() });
    for (const name of ["keystore.json", "password"]) copyLog(dir, copy, [name]);
    copyLog(dir, copy);
    const isItsOwn = (executor: string): boolean => executor === running.identity.address;
    const isHeld = (): boolean =>
      world.validator?.offers(FAULT_MODEL).some(({ offer }) => isItsOwn(offer.executor)) === true;
    await until("a witness holds its offer", isHeld, READY_MS);
  }, 240_000);
  afterAll(() => kill(running));

  it("on one machine: the second ends at once and names the lock", async () => {
    const second = await launchExecutor({ dir: copy, backend: "double", more: bootstrap() });
    const { code, stderr } = await second.ended;
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/"code":"KEY_IN_USE".*already runs an executor with this key/);
  });

  it(
    "on two machines: the second ends before it serves, whether its log is a copy or none",
    { timeout: 300_000 },
    async () => {
      const empty = await world.dataDir();
      copyLog(dir, empty, ["keystore.json", "password"]);
      const seconds = [copy, empty].map(async (other) => {
        // Another machine has locks of its own.
        const env = { TMPDIR: await world.dataDir() };
        const second = await launchExecutor({ dir: other, backend: "double", more: bootstrap(), env });
        const timer = setTimeout(() => second.signal("SIGKILL"), OFFER_ENDS_MS);
        const { code, stdout, stderr } = await second.ended;
        clearTimeout(timer);
        expect(stdout).not.toContain('"event":"ready"');
        expect(stderr).toContain('"code":"KEY_IN_USE"');
        expect(code).toBe(1);
      });
      await Promise.all(seconds);
      expect(running.program.printed()).not.toContain("KEY_IN_USE");
      await allocate(buyer.chain, running.identity.address, DOLLAR);
      expect(await outcomeOf(pool, running, await frameFor({ buyer, seller: running }))).toBe("response");
    },
  );
});
