// A validator's process finds coarser weights, altered prompts and kept answers, accuses, and wins before jurors' processes; who
// accuses an honest executor of other weights, wrong counts or silence loses. To the unit.
import { join } from "node:path";
import type { Address, Hex, Receipt } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { juryFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ModelCheat } from "../../devnet/src/cheats/dishonest-backend.ts";
import { readPanel } from "../../node/src/chain/disputes/jury.ts";
import type { MeasuredCourt } from "../../node/src/chain/disputes/measured-court.ts";
import { readMeasured } from "../../node/src/chain/disputes/measured-disputes.ts";
import { readComplaint } from "../../node/src/chain/disputes/measured-events.ts";
import { readChannel } from "../../node/src/chain/reads.ts";
import { openAudits, readRegistered } from "../../node/src/chain/reputation/audits.ts";
import { type Database, openDatabase } from "../../node/src/store/database/database.ts";
import { createTextCipher } from "../../node/src/store/database/text-cipher.ts";
import { openAuditLog } from "../../node/src/store/validator/audit-log.ts";
import { openComplaintLog } from "../../node/src/store/validator/complaint-log.ts";
import type { AuditQuestion, CanaryFinding, EndedCanary } from "../../node/src/validator/audit/canary-answer.ts";
import { QUIET_SECONDS } from "../../node/src/validator/audit/plan.ts";
import { canaryIdentity } from "../../node/src/validator/canary/canary-keys.ts";
import { eventually, runNode, untilPrinted } from "../support/processes.ts";
import { courtOf, EPOCH_SECONDS, type Person, Tribunal } from "../support/tribunal.ts";
import { wealthOf } from "../support/wealth.ts";
import { FalseAccusers } from "./false-accusers.ts";

const CHEATING = join(import.meta.dirname, "../support/cheating-executor.ts");
/** What only canaries find, each done by an executor of its own. */
const CHEATS: readonly ModelCheat[] = ["model", "prompt", "replay"];
const PATIENCE_MS = 180_000;
const DOLLAR = 1_000_000n;
/** At a stake of 100: a fifth of it, the least that a juror gets, and sixteen of those. */
const [PENALTY, FEE] = [20n * DOLLAR, 200_000n];
const BOND = 16n * FEE;
/** Each asks an executor once, and rests after four such visits on average. */
const KEYS = 10;
const { APPEAL_PERIOD } = measuredDisputesFacts;
const { COMMIT_PERIOD, DRAW_DELAY, REVEAL_PERIOD } = juryFacts;

/** Traces wait for the end of their epoch; what is left when an epoch's quiet end begins is never asked. */
const BUSY = `SELECT 1 FROM canaries WHERE state = 'asked' OR (state = 'answered' AND trace_at IS NULL)
  OR trace_at <= :now OR (state = 'planned' AND epoch = :epoch AND ask_at <= :now AND :isQuiet = 0)`;

describe("executors that are audited, and jurors that judge, each a process", () => {
  const stack = new AsyncDisposableStack();
  let tribunal: Tribunal;
  let court: MeasuredCourt;
  let cheats: readonly Person[];
  let honest: Person;
  let accuser: Person;
  let liar: Person;
  beforeAll(async () => {
    tribunal = stack.use(await Tribunal.open({ executors: [...CHEATS, "honest"], validators: ["accuser", "liar"] }));
    cheats = CHEATS.map((cheat) => tribunal.member(cheat));
    honest = tribunal.member("honest");
    accuser = tribunal.member("accuser");
    liar = tribunal.member("liar");
    court = await courtOf(accuser.chain);
    await tribunal.convene();
  });
  afterAll(() => stack.disposeAsync());

  const wealth = (person: Person) => wealthOf(person.chain, person.address);
  const standing = async (id: Hex, state: string): Promise<void> =>
    eventually(
      `dispute ${id} is at ${state}`,
      PATIENCE_MS,
      async () => (await readMeasured(liar.chain, court, id)).state === state,
    );

  /** What of the answers' costs the escrow holds until the verdict. */
  const heldBy = async (id: Hex): Promise<bigint> =>
    (await readComplaint(liar.chain, court, id)).answers.reduce((sum, { held }) => sum + held, 0n);
  const revealed = (id: Hex): Promise<void> =>
    eventually(
      `all have voted on ${id}`,
      PATIENCE_MS,
      async () => (await readPanel(liar.chain, court, id)).revealed === 5,
    );

  it("cost the cheats their stakes and false accusers their bonds, and honest ones nothing", async () => {
    const hasher = createCommitmentHasher(liar.chain.domain);
    const audits = await openAudits(liar.chain, tribunal.audits);
    for (let key = 0; key < KEYS; key++)
      await tribunal.as(`key ${key}`, canaryIdentity(accuser.secret, accuser.chain.domain, key));
    const flags = ["--weights", "tiny", "--jury", "off", "--audits", tribunal.audits, "--canary-keys", String(KEYS)];
    const auditing = await tribunal.node(accuser, "validator", flags);
    await tribunal.node(honest, "executor", ["--settle-age-seconds", "1", "--appeals", "off"]);
    for (const kind of CHEATS) await startCheat(kind);
    const jurors = await Promise.all(tribunal.jurors.map(wealth));
    const before = { accuser: await wealth(accuser), liar: await wealth(liar) };
    const fortunes = await Promise.all(cheats.map(wealth));

    await eventually(
      "preimages are registered",
      PATIENCE_MS,
      async () => (await readRegistered(audits, accuser.address)).length === 1,
    );
    const disputes = await untilAccused((await readRegistered(audits, accuser.address))[0]?.firstEpoch ?? 0n);
    for (const dispute of disputes)
      expect((await readMeasured(liar.chain, court, dispute)).challenger).toBe(accuser.address);
    // It asks nobody more, so that everybody's money can be told to the unit, and sees its dispute through.
    await auditing.process.kill("SIGKILL");
    await auditing.restart(["--canary-keys", "0"]);
    const lies = new FalseAccusers({ tribunal, court, liar, honest });
    const bought = await lies.buy();
    const lied = await lies.accuseOfWeights(bought, BOND);
    const miscounted = await lies.accuseOfCounts(bought, BOND);
    await lies.denyDelivery(bought);
    const canaries = canaryReceipts();
    const earned = totalOf(
      [...canaries, ...bought.receipts].filter(({ request }) => request.executor === honest.address),
    );
    const stuck = (await heldBy(lied)) + (await heldBy(miscounted));
    const isSettled = async () => (await wealth(honest)).settled === earned - stuck;
    await eventually("all is settled that no dispute holds", PATIENCE_MS, isSettled);
    const accused = await wealth(honest);

    const all = [...disputes, lied, miscounted];
    for (const id of all) await standing(id, "draw");
    await tribunal.mine(DRAW_DELAY + 1n);
    for (const id of all) await revealed(id);
    await tribunal.later(COMMIT_PERIOD + REVEAL_PERIOD);
    for (const id of all) await standing(id, "appealable");
    await tribunal.later(APPEAL_PERIOD);
    for (const id of all) await standing(id, "closed");
    for (const dispute of disputes) expect((await readMeasured(liar.chain, court, dispute)).outcome).toBe("upheld");
    for (const id of [lied, miscounted]) expect((await readMeasured(liar.chain, court, id)).outcome).toBe("rejected");

    // They have sold more: only what was shown before a jury has been settled.
    const complaints = await Promise.all(disputes.map((dispute) => readComplaint(liar.chain, court, dispute)));
    const complained = new Set(complaints.flatMap(({ answers }) => answers.map(({ requestHash }) => requestHash)));
    const shown = canaries.filter(({ request }) => complained.has(hasher.hashRequest(request)));
    for (const [index, cheat] of cheats.entries()) {
      const held = await heldBy(disputes[index] as Hex);
      const sold = totalOf(shown.filter(({ request }) => request.executor === cheat.address));
      const [fortune] = [fortunes[index]];
      expect(held).toBeGreaterThan(0n);
      expect(await wealth(cheat)).toEqual({
        ...fortune,
        stake: (fortune?.stake ?? 0n) - PENALTY,
        settled: sold - held,
      });
    }
    const [bonds, shares] = [BOND, (PENALTY * 3n) / 10n].map((one) => one * BigInt(cheats.length));
    expect(await wealth(accuser)).toEqual({
      ...before.accuser,
      ...{ wallet: before.accuser.wallet - (bonds ?? 0n), credit: bonds, shares },
    });
    // Each key has what it took, less what it bought, and what was refunded.
    for (const key of new Set(canaries.map(({ request }) => request.client))) {
      const settled = [...shown, ...canaries.filter(({ request }) => request.executor === honest.address)];
      const spent = totalOf(settled.filter(({ request }) => request.client === key));
      const refunds = complaints.flatMap(({ answers }) => answers).filter(({ client }) => client === key);
      const refunded = refunds.reduce((sum, { held }) => sum + held, 0n);
      expect(await keyMoney(key)).toBe((await liar.chain.contracts.token.FAUCET_AMOUNT()) - spent + refunded);
    }
    const half = (BOND - 5n * FEE) / 2n;
    expect(await wealth(honest)).toEqual({ ...accused, credit: 2n * half, settled: earned });
    expect(await wealth(liar)).toEqual({ ...before.liar, wallet: before.liar.wallet - BOND });
    const faucet = await liar.chain.contracts.token.FAUCET_AMOUNT();
    expect(await keyMoney(bought.key.address)).toBe(faucet - totalOf(bought.receipts) - BOND);
    for (const [index, juror] of tribunal.jurors.entries()) {
      const wanted = (jurors[index]?.wallet ?? 0n) + BigInt(all.length) * FEE;
      await eventually("the fees are taken", PATIENCE_MS, async () => (await wealth(juror)).wallet === wanted);
    }
  });

  async function startCheat(cheat: ModelCheat): Promise<void> {
    const { rpcUrl } = tribunal.chain;
    const secret = `0x${Buffer.from(tribunal.member(cheat).secret).toString("hex")}`;
    const { accounting } = tribunal.deployment;
    const args = [CHEATING, cheat, rpcUrl, accounting, tribunal.bootstrap, join(tribunal.dir, cheat), secret];
    const program = runNode({ args });
    stack.defer(async () => {
      program.signal("SIGINT");
      await program.ended;
    });
    await untilPrinted(program, "ready", PATIENCE_MS);
  }

  const accuserLog = (): Database => {
    const cipher = createTextCipher(accuser.secret);
    return openDatabase(join(tribunal.dir, "accuser", "validator.sqlite"), { readOnly: true, cipher });
  };

  /** Of every canary that was answered. */
  function canaryReceipts(): Receipt[] {
    using log = accuserLog();
    const audits = openAuditLog<AuditQuestion, EndedCanary, CanaryFinding>(log);
    return audits
      .summary(10)
      .flatMap(({ epoch }) => audits.ofEpoch(epoch))
      .flatMap(({ answer }) => (answer?.type === "answered" ? [answer.signed.receipt] : []));
  }

  async function keyMoney(key: Address): Promise<bigint> {
    const { wallet, deposit } = await wealthOf(liar.chain, key);
    const channels = await Promise.all(
      [...cheats, honest].map(async ({ address }) => (await readChannel(liar.chain, key, address)).balance),
    );
    return channels.reduce((sum, balance) => sum + balance, wallet + deposit);
  }

  /**
   * Lets epoch after epoch pass, each step once everything is asked that is due, until there is a dispute about each cheat; in
   * their order.
   */
  async function untilAccused(firstEpoch: bigint): Promise<Hex[]> {
    using log = accuserLog();
    const complaints = () => {
      const newest = openComplaintLog(log).newestComplaints(CHEATS.length + 1);
      return cheats.flatMap(({ address }) => newest.find(({ executor }) => executor === address) ?? []);
    };
    const areAllFound = (): boolean => complaints().length === cheats.length;
    const isBusy = async (epoch: bigint, now: bigint): Promise<boolean> => {
      const isQuiet = (await tribunal.now()) > (epoch + 1n) * EPOCH_SECONDS - QUIET_SECONDS ? 1n : 0n;
      return log.get(BUSY, { now, epoch, isQuiet }) !== undefined;
    };
    const hasBegun = (epoch: bigint): boolean =>
      log.get("SELECT 1 FROM audit_epochs WHERE epoch = :epoch", { epoch }) !== undefined;
    for (let epoch = firstEpoch; epoch < firstEpoch + 5n && !areAllFound(); epoch++) {
      await tribunal.goTo(epoch * EPOCH_SECONDS + 2n);
      await eventually("the epoch's audits are drawn", PATIENCE_MS, () => hasBegun(epoch));
      for (let passed = 120n; passed < EPOCH_SECONDS - 20n && !areAllFound(); passed += 110n) {
        await tribunal.goTo(epoch * EPOCH_SECONDS + passed);
        const now = await tribunal.now();
        await eventually("all that is due is asked", PATIENCE_MS, async () => !(await isBusy(epoch, now)));
      }
    }
    const disputes = () => complaints().flatMap(({ dispute }) => dispute ?? []);
    await eventually("the disputes are open", PATIENCE_MS, () => disputes().length === cheats.length);
    return disputes();
  }
});

/** What is to be paid for receipts: by the newest of each lane. Base units. */
function totalOf(receipts: readonly Receipt[]): bigint {
  const lanes = new Map<string, bigint>();
  for (const { request, response } of receipts) {
    const lane = `${request.client} ${request.lane}`;
    const known = lanes.get(lane) ?? 0n;
    lanes.set(lane, response.cumulativeCost > known ? response.cumulativeCost : known);
  }
  return [...lanes.values()].reduce((sum, cost) => sum + cost, 0n);
}
