import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import { type PairOutcome, SETTLE_PAIRS, settleCall, settle as settleOnChain } from "../../chain/account/settle.ts";
import { chainUntil } from "../../chain/chain-until.ts";
import { readCapacity, readLane } from "../../chain/reads.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import { Settlement } from "../../executor/settle/settlement.ts";
import { wallClock } from "../../primitives/clock.ts";
import { openExecutorLog } from "../../store/executor/executor-log.ts";
import type { SettlementLog } from "../../store/executor/settlement-log.ts";
import { lockKey } from "../../store/files/key-lock.ts";
import { announce, type Command, type CommandContext } from "../command.ts";
import { type Account, openAccount, ownSecret } from "../deeds/account.ts";
import { requireConsent, YES } from "../deeds/consent.ts";
import { preview } from "../deeds/deed.ts";
import { type Owed, owedOn, readOwed } from "../deeds/owed.ts";
import { noteSettled, type SettledBefore } from "../deeds/settled-before.ts";
import { openLog, scopeOf } from "../open/open.ts";
import { networkEvent } from "../open/own-network.ts";
import type { Fact } from "../words.ts";
import { counted } from "../words.ts";

/** Nothing waits for its time here: all is settled at once. */
const AT_ONCE = { settleAmount: 1n, settleAgeMs: 60_000, checkMs: 60_000 };

/** `lloom settle`: an executor's receipts become earnings without the executor. */
export const settle: Command = {
  settings: [],
  defaults: { logLevel: "warn" },
  flags: [YES],
  examples: ["lloom settle", "lloom settle --yes --json"],
  run: async (context) => {
    const account = await openAccount(context);
    lockExecutor(context, account);
    if ((await readOwed(context, account)) === undefined)
      return announce(context, ...nothing(context, account, undefined));
    const { address } = account;
    const secret = ownSecret(account, "An executor's log");
    const store = openExecutorLog(
      openLog(context, { file: "executor.sqlite", chain: account.chain, identity: { address, secret } }),
    );
    const before = await noteSettled(account, store);
    const known = await owedOn(account, store.unsettled());
    if (before.amount > 0n) {
      announce(context, ...settledBefore(context, account, { before, left: known }));
      account.journal.told();
      if (known.total === 0n) return;
    }
    if (known.total === 0n) return announce(context, ...nothing(context, account, known));
    await preview(context, account, planned(account, store, known));
    await requireConsent(context);
    const outcomes = await settleAll(context, account, store);
    const left = await owedOn(account, store.unsettled());
    tell(context, account, { outcomes, left, covered: await readCapacity(account.chain, account.address) });
    account.journal.told();
  },
};

function lockExecutor({ stack }: CommandContext, account: Account): void {
  try {
    stack.use(lockKey({ scope: scopeOf(account.chain, account), role: "an executor" }));
  } catch (thrown) {
    const { code, message, details } = asLloomError(thrown);
    if (code !== "KEY_IN_USE") throw thrown;
    const pid = details["process"];
    throw new LloomError(code, message, {
      cause: thrown,
      details,
      next: `${typeof pid === "number" ? `It is process ${pid}. ` : ""}It settles by itself: once enough is owed, or it is old enough, and all of it when it is stopped with Ctrl-C.`,
    });
  }
}

function settledBefore(
  context: CommandContext,
  { chain }: Account,
  { before: { amount, lanes, transactions }, left }: { readonly before: SettledBefore; readonly left: Owed },
): [Readonly<Record<string, unknown>>, string] {
  return [
    {
      ...{ event: "done", action: "settle", amount, lanes, refused: [], transactions, resumed: true },
      ...{ owed: left.total, writtenOff: left.writtenOff, ...networkEvent(context, chain), token: tokenOf(chain) },
    },
    [
      `${shownTokens(chain, amount)} are settled: lloom earnings says when they are free.`,
      "  An earlier run had sent this, or somebody else; nothing was sent twice.",
      ...transactions.map((hash) => `  transaction ${hash}`),
    ].join("\n"),
  ];
}

function nothing(
  { settings }: CommandContext,
  { chain }: Account,
  owed: Owed | undefined,
): [Readonly<Record<string, unknown>>, string] {
  const lost = owed?.writtenOff ?? 0n;
  const event = { event: "nothing", action: "settle", writtenOff: lost };
  if (owed === undefined) return [event, `There is no log of an executor with this key in ${settings.dataDir}.`];
  if (lost === 0n) return [event, "Nothing is owed: every answer is settled."];
  return [event, `No channel can pay the ${shownTokens(chain, lost)} that are not settled: they are written off.`];
}

function planned({ chain }: Account, store: SettlementLog, { total, lanes, byClient }: Owed) {
  const receipts = store.unsettled().map(({ receipt }) => receipt);
  return {
    call: settleCall(chain, receipts.slice(0, SETTLE_PAIRS)),
    title: `Settle ${shownTokens(chain, total)} that are owed in ${counted(lanes, "lane")}`,
    facts: [
      ...[...byClient].map(([client, amount]): Fact => ["owed", `${shownTokens(chain, amount)} by ${client}`]),
      ...(receipts.length > SETTLE_PAIRS
        ? [["note", `${Math.ceil(receipts.length / SETTLE_PAIRS)} transactions; the gas is that of the first`] as const]
        : []),
      ["free", "within 48 h: lloom earnings says when"] as const,
    ],
    event: { action: "settle", owed: total, lanes },
  };
}

/** By the executor's own way, which notes each step in its log before and after it is done. */
async function settleAll(
  { signal, log }: CommandContext,
  { chain, address }: Account,
  store: SettlementLog,
): Promise<readonly PairOutcome[]> {
  const outcomes: PairOutcome[] = [];
  await using settlement = new Settlement({
    ...{ ...AT_ONCE, store, log, clock: wallClock, onPaid: () => undefined },
    settle: async (receipts, until) => {
      const { pairs } = await settleOnChain(chain, receipts, { signal: until });
      outcomes.push(...pairs);
      return pairs;
    },
    readLane: ({ client, lane }, until) => readLane(chainUntil(chain, until), { client, executor: address, lane }),
  });
  await settlement.settleAll(signal);
  return outcomes;
}

interface Settled {
  readonly outcomes: readonly PairOutcome[];
  readonly left: Owed;
  /** What the stake covers of last answers that have not matured. */
  readonly covered: bigint;
}

function tell(context: CommandContext, { chain }: Account, { outcomes, left, covered }: Settled): void {
  const paid = outcomes.flatMap((one) => (one.status === "paid" ? [one] : []));
  const amount = paid.reduce((sum, { acknowledgedPaid, tailPaid }) => sum + acknowledgedPaid + tailPaid, 0n);
  const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  const transactions = [...new Set(paid.map(({ transactionHash }) => transactionHash))];
  const shown = (count: bigint): string => shownTokens(chain, count);
  announce(
    context,
    {
      ...{ event: "done", action: "settle", amount, lanes: paid.length, refused, transactions, resumed: false },
      ...{
        owed: left.total,
        covered,
        writtenOff: left.writtenOff,
        ...networkEvent(context, chain),
        token: tokenOf(chain),
      },
    },
    [
      `${shown(amount)} are settled: lloom earnings says when they are free.`,
      ...(refused.length > 0
        ? [`  ${refused.length} receipts were not taken: ${[...new Set(refused)].join(", ")}`]
        : []),
      ...(left.total > 0n
        ? [`  ${shown(left.total)} stay owed: the stake covers ${shown(covered)} of last answers that have not matured`]
        : []),
      ...(left.writtenOff > 0n ? [`  ${shown(left.writtenOff)} are written off: no channel can pay them`] : []),
      ...transactions.map((hash) => `  transaction ${hash}`),
    ].join("\n"),
  );
}
