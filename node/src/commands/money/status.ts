import { formatAmount } from "@lloom/protocol/amounts";
import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import { type RewardsState, readRewards } from "../../chain/disputes/rewards.ts";
import { type Channel, findChannels } from "../../chain/read/channels-of.ts";
import { type Earnings, readEarnings } from "../../chain/read/earnings.ts";
import { type Member, readDeposit, readMember, readTokenBalance } from "../../chain/reads.ts";
import { LloomError } from "../../errors.ts";
import type { Duty } from "../../store/duty-log.ts";
import { diskSentence, freeBytes, isScarce } from "../../store/files/disk-room.ts";
import { VERSION } from "../../version.ts";
import { type LoggedValidator, loggedValidator, NO_VALIDATOR } from "../canaries/logged-validator.ts";
import {
  complaintSentence,
  epochSentence,
  guardedSentence,
  keysSentence,
  unjudgedSentence,
} from "../canaries/words.ts";
import { announce, type Command } from "../command.ts";
import { ADDRESS, openView, type View } from "../deeds/account.ts";
import { type Owed, readOwed } from "../deeds/owed.ts";
import { loggedDuties } from "../dispute/duties.ts";
import { dutyEvent, dutySentence } from "../dispute/words.ts";
import { reachRemedy, reachSentence, readReach, type WrittenReach } from "../reach-words.ts";
import { type Fact, factLines, shownMoment } from "../words.ts";
import { nodeFacts, type RunningNode, readRunningNode } from "./running-node.ts";
import { channelLine } from "./unlock.ts";

interface Found {
  readonly gas: bigint;
  readonly balance: bigint;
  readonly deposited: bigint;
  /** Undefined where the RPC server does not let the chain's past be searched. */
  readonly channels: readonly Channel[] | undefined;
  readonly member: Member;
  readonly earnings: Earnings;
  readonly rewards: RewardsState | undefined;
  readonly owed: Owed | undefined;
  /** Of this node's logs, those that are not over. */
  readonly duties: readonly Duty[];
  /** Of its validator. */
  readonly validator: LoggedValidator;
  /** How its running node is reached; undefined if none runs. */
  readonly reach: WrittenReach | undefined;
  /** How its node does; undefined of another key. */
  readonly node: RunningNode | undefined;
  /** Bytes that are left where its logs lie; undefined of another key, or where nobody can tell. */
  readonly diskFree: number | undefined;
  readonly nowSeconds: bigint;
}

/** `lloom status`: how this key and its node stand, all its money with it. It takes no password: all of it is public. */
export const status: Command = {
  settings: ["startBlock", "bootstrap", "metricsPort", "metricsHost"],
  defaults: { logLevel: "warn" },
  flags: [
    ADDRESS,
    {
      form: "--why",
      describe: "of an executor: how often it may be asked, what it loses by, the price of the next place",
    },
  ],
  examples: [
    "lloom status",
    "lloom status --why",
    "lloom status --json",
    "lloom status --address 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
  ],
  run: async (context) => {
    const view = await openView(context);
    const isOwn = context.flags["address"] === undefined;
    const owed = isOwn ? await readOwed(context, view) : undefined;
    const duties = isOwn ? loggedDuties(context, view).filter(({ endedAt }) => endedAt === undefined) : [];
    const validator = isOwn ? loggedValidator(context, view) : NO_VALIDATOR;
    const reach = isOwn ? readReach(context.settings) : undefined;
    const diskFree = isOwn ? freeBytes(context.settings.dataDir) : undefined;
    const node = isOwn ? await readRunningNode(context, view) : undefined;
    const found = { ...(await find(view)), owed, duties, validator, reach, diskFree, node };
    const { guarded, unjudged, ...audits } = validator;
    const { gas, balance, deposited, channels, member, earnings, rewards } = found;
    announce(
      context,
      {
        ...{ event: "status", address: view.address, gas, balance, deposited, channels, ...member },
        ...{ withdrawable: earnings.withdrawable, maturing: earnings.maturing, owed: owed?.total, rewards },
        disputes: duties.map(dutyEvent),
        ...{ audits, guarded, unjudged, reach, diskFree, node, version: VERSION },
        token: tokenOf(view.chain),
      },
      factLines(lines(view, found)).join("\n"),
    );
    // What joins the network is loaded for whoever asks for it.
    if (context.flags["why"] === true)
      await (await import("../market/why.ts")).tellWhy(context, view.chain, view.address);
  },
};

async function find({
  chain,
  address,
}: View): Promise<Omit<Found, "owed" | "duties" | "validator" | "reach" | "diskFree" | "node">> {
  const [gas, balance, deposited, channels, member, earnings, rewards, nowSeconds] = await Promise.all([
    chain.provider.getBalance(address),
    readTokenBalance(chain, address),
    readDeposit(chain, address),
    orUnknown(findChannels(chain, address, "client")),
    readMember(chain, address),
    readEarnings(chain, address),
    orUnknown(readRewards(chain, address)),
    chain.nowSeconds(),
  ]);
  return { gas, balance, deposited, channels, member, earnings, rewards, nowSeconds };
}

/** What the rest of a status can do without. */
const orUnknown = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((thrown: unknown) => {
    if (thrown instanceof LloomError && thrown.code !== "CANCELLED") return undefined;
    throw thrown;
  });
const UNSEARCHED: Fact = [
  "Unknown",
  "channels or rewards: the RPC server gives too few blocks at a time; try --start-block",
];

const isSomething = ({ shares, credits, pending }: RewardsState): boolean =>
  shares > 0n || credits.length > 0 || pending.length > 0;

function lines({ address, chain }: View, found: Found): Fact[] {
  const { gas, balance, deposited, channels, earnings, rewards, owed, duties, validator, nowSeconds } = found;
  const shown = (amount: bigint): string => shownTokens(chain, amount);
  return [
    ["Address", address],
    ...(found.node === undefined ? [] : nodeFacts(found.node, shown)),
    ...reachLines(found),
    ...diskLines(found),
    ["Gas", `${formatAmount(gas, 18)} ETH`],
    ["Wallet", shown(balance)],
    ["Deposit", `${shown(deposited)} free${deposited > 0n ? ": lloom withdraw deposit" : ""}`],
    ...(channels ?? []).map((channel): Fact => ["Channel", channelLine(chain, channel, nowSeconds)]),
    ...stakeLines(found, shown),
    [
      "Earnings",
      `${shown(earnings.withdrawable)} free${earnings.withdrawable > 0n ? ": lloom withdraw earnings" : ""}`,
    ],
    ...earnings.maturing.map(
      ({ amount, maturesAt }): Fact => [
        "Maturing",
        `${shown(amount)}, free from ${shownMoment(maturesAt, nowSeconds)}`,
      ],
    ),
    ...(owed === undefined ? [] : [["Owed", owedLine(owed, shown)] as const]),
    ...duties.map(
      (duty): Fact => ["Dispute", `${dutySentence(duty)} ${shownTokens(chain, duty.amount + duty.penalty)} at stake`],
    ),
    ...validator.epochs.map((epoch): Fact => ["Audits", epochSentence(epoch)]),
    ...(validator.keys === undefined ? [] : [["Canary keys", keysSentence(validator.keys)] as const]),
    ...validator.complaints.map((complaint): Fact => ["Complaint", complaintSentence(complaint)]),
    ...validator.unjudged.map((problem): Fact => ["Unjudged", unjudgedSentence(problem)]),
    ...validator.guarded.map((executor): Fact => ["Guarded", guardedSentence(executor)]),
    ...(rewards !== undefined && isSomething(rewards) ? [["Rewards", "there are some: lloom rewards"] as const] : []),
    ...(channels === undefined || rewards === undefined ? [UNSEARCHED] : []),
  ];
}

/** Its date is the machine's own, not the chain's. */
function reachLines({ reach }: Found): Fact[] {
  if (reach === undefined) return [];
  const remedy = reachRemedy(reach.found);
  const said: Fact = ["Reach", `${reachSentence(reach.found)} (${reach.at.slice(0, 16).replace("T", " ")} UTC)`];
  return remedy === undefined ? [said] : [said, ["", remedy]];
}

/** Only where it is too little. */
const diskLines = ({ diskFree }: Found): Fact[] =>
  diskFree !== undefined && isScarce(diskFree) ? [["Disk", diskSentence(diskFree)]] : [];

function owedLine({ total, writtenOff }: Owed, shown: (amount: bigint) => string): string {
  const next = total > 0n ? ": lloom settle" : "";
  const lost = writtenOff > 0n ? `; ${shown(writtenOff)} are written off: no channel can pay them any more` : "";
  return `${shown(total)} for answers that are not settled yet${next}${lost}`;
}

function stakeLines({ member, nowSeconds }: Found, shown: (amount: bigint) => string): Fact[] {
  const { role, stake, unbonding, unbondAt, frozen, jailedUntil } = member;
  return [
    ["Stake", `${shown(stake)}${role === "none" ? ", not registered" : ` as ${role}`}`],
    ...(unbonding > 0n
      ? [["Unbonding", `${shown(unbonding)}, free from ${shownMoment(unbondAt, nowSeconds)}`] as const]
      : []),
    ...(frozen > 0n ? [["Frozen", `${shown(frozen)}, until open disputes end`] as const] : []),
    ...(jailedUntil > 0n ? [["Jail", `until ${shownMoment(jailedUntil, nowSeconds)}: lloom unjail`] as const] : []),
  ];
}
