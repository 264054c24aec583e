// A validator's process is killed at every step of an epoch, of its complaint and of a juror's vote, and all ends as if it had lived.
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { juryFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startNode } from "../../devnet/src/nodes.ts";
import { accountingInterface, audits as auditsContract, jury, measured } from "../../node/src/chain/contracts.ts";
import { readPanel } from "../../node/src/chain/disputes/jury.ts";
import type { MeasuredCourt } from "../../node/src/chain/disputes/measured-court.ts";
import { readMeasured } from "../../node/src/chain/disputes/measured-disputes.ts";
import { openAudits, readRegistered } from "../../node/src/chain/reputation/audits.ts";
import { readPastLogs } from "../../node/src/chain/watch/past-logs.ts";
import { type Database, openDatabase } from "../../node/src/store/database/database.ts";
import { createTextCipher } from "../../node/src/store/database/text-cipher.ts";
import { openComplaintLog } from "../../node/src/store/validator/complaint-log.ts";
import { QUIET_SECONDS } from "../../node/src/validator/audit/plan.ts";
import { canaryIdentity } from "../../node/src/validator/canary/canary-keys.ts";
import { type Death, dieOfAll } from "../support/mortal-node.ts";
import { eventually, runNode, untilPrinted } from "../support/processes.ts";
import { openGate, type RpcGate } from "../support/rpc-gate.ts";
import { courtOf, EPOCH_SECONDS, type Person, Tribunal } from "../support/tribunal.ts";
import { wealthOf } from "../support/wealth.ts";

const CHEATING = join(import.meta.dirname, "../support/cheating-executor.ts");
const PATIENCE_MS = 300_000;
const DOLLAR = 1_000_000n;
/** At a stake of 100: a fifth of it, and sixteen times the least that a juror gets. */
const [PENALTY, BOND] = [20n * DOLLAR, 3_200_000n];
const KEYS = 4;
const { APPEAL_PERIOD } = measuredDisputesFacts;
const { COMMIT_PERIOD, DRAW_DELAY, REVEAL_PERIOD } = juryFacts;

const selectorOf = ({ parsed }: typeof auditsContract | typeof measured, name: string): string =>
  parsed.getFunction(name)?.selector ?? "";
/** What does not wait for its time: traces are asked for when their epoch is over. */
const OPEN = "state = 'asked' OR (state = 'answered' AND trace_at IS NULL)";
const SELECTORS = {
  registerChain: selectorOf(auditsContract, "registerChain"),
  fixSeed: selectorOf(auditsContract, "fixSeed"),
  report: selectorOf(auditsContract, "report"),
  settle: accountingInterface.getFunction("settle")?.selector ?? "",
  open: selectorOf(measured, "open"),
};

describe("a validator that is killed", () => {
  const stack = new AsyncDisposableStack();
  let tribunal: Tribunal;
  let gate: RpcGate;
  let court: MeasuredCourt;
  let accuser: Person;
  /** Of the accuser, for reading. */
  let log: Database | undefined;
  beforeAll(async () => {
    tribunal = stack.use(await Tribunal.open({ executors: ["cheat"], validators: ["accuser"] }));
    gate = stack.use(await openGate(tribunal.chain.rpcUrl));
    accuser = tribunal.member("accuser");
    court = await courtOf(accuser.chain);
    await tribunal.convene();
    await startCheat();
    for (let key = 0; key < KEYS; key++)
      await tribunal.as(`key ${key}`, canaryIdentity(accuser.secret, accuser.chain.domain, key));
  });
  afterAll(() => stack.disposeAsync());

  it("asks nobody twice, reports and accuses once, votes as it voted, and loses nothing", async () => {
    const before = await wealthOf(accuser.chain, accuser.address);
    const audits = await openAudits(accuser.chain, tribunal.audits);
    const registered = () => readRegistered(audits, accuser.address);
    const course = async (): Promise<Hex> => {
      await eventually("preimages are registered", PATIENCE_MS, async () => (await registered()).length > 0);
      log = stack.use(openLog(accuser));
      const dispute = await untilAccused((await registered())[0]?.firstEpoch ?? 0n);
      await untilJudged(dispute);
      return dispute;
    };
    const dying = dieOfAll(deathsOfAccuser(), {
      ...{ start: startAccuser, gate, patienceMs: PATIENCE_MS },
      version: () => log && versionOf(log),
    });
    const [dispute] = await Promise.all([course(), dying, dyingJuror()]);

    expect(await registered()).toHaveLength(1);
    expect(complaints()).toMatchObject([{ state: "over", word: "upheld", dispute }]);
    expect(await happened(court.disputes, measured.topicOf("MeasuredOpened"))).toHaveLength(1);
    expect((await readMeasured(accuser.chain, court, dispute)).outcome).toBe("upheld");
    const reported = (await happened(tribunal.audits, auditsContract.topicOf("ExecutorAudited"))).map((one) =>
      Number(auditsContract.parsed.parseLog(one)?.args["epoch"]),
    );
    expect(reported.length).toBeGreaterThan(0);
    expect(new Set(reported).size).toBe(reported.length);
    expect(requestsOfKeys()).toBeLessThanOrEqual(countOf("state <> 'planned'"));
    // Time went on over the dispute, and with it other epochs' audits: none of them is left either.
    const now = await tribunal.now();
    const isDone = (): boolean => countOf(`${OPEN} OR trace_at <= ${now}`) === 0;
    await eventually("nothing that was asked is left", PATIENCE_MS, isDone);
    expect(await happened(court.jury, jury.topicOf("VoteCommitted"))).toHaveLength(5);
    expect(await happened(court.jury, jury.topicOf("VoteRevealed"))).toHaveLength(5);
    expect(await wealthOf(accuser.chain, accuser.address)).toEqual({
      ...before,
      ...{ wallet: before.wallet - BOND, credit: BOND, shares: (PENALTY * 3n) / 10n },
    });
  });

  const deathsOfAccuser = (): Death[] => [
    { step: "registering", selector: SELECTORS.registerChain, passage: "loseAnswer" },
    { step: "proving the seed", selector: SELECTORS.fixSeed, passage: "loseAnswer" },
    { step: "asking", holds: () => countOf("state = 'asked'") > 0 },
    { step: "with an answer that is not judged", holds: () => countOf("state = 'answered'") > 0 },
    { step: "with one that is", holds: () => countOf("state = 'judged'") > 1 },
    { step: "reporting", selector: SELECTORS.report, passage: "refuse" },
    { step: "complaining", holds: () => complaints()[0]?.state === "planned" },
    { step: "settling", selector: SELECTORS.settle, passage: "loseAnswer" },
    { step: "accusing", selector: SELECTORS.open, passage: "loseAnswer" },
    { step: "accused", holds: () => complaints()[0]?.dispute !== undefined },
    { step: "at the verdict", holds: () => complaints()[0]?.word === "appealable" },
    { step: "over", holds: () => complaints()[0]?.state === "over" },
  ];

  /** One of its jurors dies with its vote saved, and again when it has begun to reveal it, and votes as it had saved. */
  async function dyingJuror(): Promise<void> {
    const [juror, running] = [tribunal.jurors.at(-1), tribunal.bench.at(-1)];
    if (juror === undefined || running === undefined) throw new Error("There is no juror.");
    const votes = stack.use(openLog(juror));
    const vote = () => votes.get("SELECT choice, salt, state FROM duties WHERE kind = 'judge' AND choice IS NOT NULL");
    let saved: ReturnType<typeof vote>;
    const committing = (): boolean => {
      saved ??= vote();
      return saved !== undefined;
    };
    const revealing = (): boolean => ["reveal", "revealed", "paid"].includes(String(vote()?.["state"]));
    const deaths = [
      { step: "committing", holds: committing },
      { step: "revealing", holds: revealing },
    ];
    await dieOfAll(deaths, {
      ...{ start: async () => running, patienceMs: 2 * PATIENCE_MS },
      version: () => versionOf(votes),
    });
    const { choice, salt } = vote() ?? {};
    expect({ choice, salt }).toEqual({ choice: saved?.["choice"], salt: saved?.["salt"] });
    expect(choice).toBe("Mismatch");
  }

  const startAccuser = () =>
    startNode(
      { ...tribunal.nodeContext, rpcUrl: gate.rpcUrl },
      {
        ...{ account: accuser, command: "validator" },
        args: ["--bootstrap", tribunal.bootstrap, "--weights", "tiny", "--jury", "off", "--appeals", "off"].concat([
          ...["--audits", tribunal.audits, "--canary-keys", String(KEYS)],
        ]),
      },
    );

  /** Lets epoch after epoch pass, each step once all is asked that is due, until it proves enough; the last one is reported, too. */
  async function untilAccused(firstEpoch: bigint): Promise<Hex> {
    let epoch = firstEpoch;
    for (; complaints().length === 0; epoch++) {
      await tribunal.goTo(epoch * EPOCH_SECONDS + 2n);
      // Maybe for nobody: whoever has just come up again may not have heard yet who sells.
      const isDrawn = () => log?.get("SELECT 1 FROM audit_epochs WHERE epoch = :epoch", { epoch }) !== undefined;
      await eventually("the epoch's audits are drawn", PATIENCE_MS, isDrawn);
      for (let passed = 120n; passed < EPOCH_SECONDS - 20n && complaints().length === 0; passed += 110n) {
        await tribunal.goTo(epoch * EPOCH_SECONDS + passed);
        const now = await tribunal.now();
        // What is left when an epoch's quiet end begins is never asked.
        const planned = `state = 'planned' AND epoch = ${epoch} AND ask_at <= ${now}`;
        const isOver = async () => (await tribunal.now()) > (epoch + 1n) * EPOCH_SECONDS - QUIET_SECONDS;
        const isBusy = async () =>
          countOf(`${OPEN} OR trace_at <= ${now}`) > 0 || (countOf(planned) > 0 && !(await isOver()));
        await eventually("all that is due is asked", PATIENCE_MS, async () => !(await isBusy()));
      }
    }
    await eventually("the dispute is open", PATIENCE_MS, () => complaints()[0]?.dispute !== undefined);
    // By then all traces are asked for.
    await tribunal.goTo(epoch * EPOCH_SECONDS + EPOCH_SECONDS / 4n);
    const isReported = () =>
      log?.get("SELECT 1 FROM audit_epochs WHERE reported = 1 AND epoch = :epoch", { epoch: epoch - 1n });
    await eventually("the epoch is reported", PATIENCE_MS, () => isReported() !== undefined);
    return complaints()[0]?.dispute as Hex;
  }

  async function untilJudged(dispute: Hex): Promise<void> {
    const reached = (state: string): Promise<void> =>
      eventually(`it is at ${state}`, PATIENCE_MS, async () => {
        const found = await readMeasured(accuser.chain, court, dispute);
        return found.state === state;
      });
    await reached("draw");
    await tribunal.mine(DRAW_DELAY + 1n);
    const revealed = async () => (await readPanel(accuser.chain, court, dispute)).revealed;
    await eventually("all have voted", PATIENCE_MS, async () => (await revealed()) === 5);
    await tribunal.later(COMMIT_PERIOD + REVEAL_PERIOD);
    await reached("appealable");
    await eventually("the accuser knows", PATIENCE_MS, () => complaints()[0]?.word === "appealable");
    await tribunal.later(APPEAL_PERIOD);
    await reached("closed");
  }

  async function startCheat(): Promise<void> {
    const cheat = tribunal.member("cheat");
    const secret = `0x${Buffer.from(cheat.secret).toString("hex")}`;
    const { accounting } = tribunal.deployment;
    const dataDir = join(tribunal.dir, cheat.name);
    const args = [CHEATING, "model", tribunal.chain.rpcUrl, accounting, tribunal.bootstrap, dataDir, secret];
    const program = runNode({ args });
    stack.defer(async () => {
      program.signal("SIGINT");
      await program.ended;
    });
    await untilPrinted(program, "ready", PATIENCE_MS);
  }

  const openLog = ({ name, secret }: Person, file = "validator.sqlite"): Database =>
    openDatabase(join(tribunal.dir, name, file), { readOnly: true, cipher: createTextCipher(secret) });
  const complaints = () => (log === undefined ? [] : openComplaintLog(log).newestComplaints(5));
  const countOf = (which: string): number =>
    Number(log?.get(`SELECT count(*) AS count FROM canaries WHERE ${which}`)?.["count"] ?? 0);
  /** Another one once its writer has committed something. */
  const versionOf = (database: Database) => database.get("PRAGMA data_version")?.["data_version"];
  const happened = (address: Hex, topic: Hex) => readPastLogs(accuser.chain, { address, topics: [topic] });

  /** What its canary keys have ever signed. */
  function requestsOfKeys(): number {
    let requests = 0;
    for (const { name } of log?.all("SELECT DISTINCT key AS name FROM canary_shifts") ?? []) {
      const identity = canaryIdentity(accuser.secret, accuser.chain.domain, Number(name));
      using own = openDatabase(join(tribunal.dir, "accuser", "canaries", String(name), "client.sqlite"), {
        readOnly: true,
        cipher: createTextCipher(identity.secret),
      });
      requests += Number(own.get("SELECT count(*) AS count FROM own_requests")?.["count"]);
    }
    return requests;
  }
});
