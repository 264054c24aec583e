import { stakeRegistryFacts } from "@lloom/protocol/generated/facts";
import { base58btc } from "multiformats/bases/base58";
import { about, amount, at, nameIn, origin, type Past, part, seconds, sum, type TableRow, text } from "./past.ts";
import type { Happened } from "./read-events.ts";

const VALIDATOR = 2n;
/** Events that say what a member has at stake afterwards. */
const STAKES = ["Staked", "UnbondRequested", "UnbondCancelled", "StakeWithdrawn", "Slashed"] as const;
const offence = (event: Happened): string => nameIn(stakeRegistryFacts.Offence, event.args["offence"]);
const power = (event: Happened): string => nameIn(stakeRegistryFacts.Power, event.args["power"]);

/** Who has registered as a validator, by the end or before an event. */
export function isValidator(past: Past, account: string, before?: Happened): boolean {
  const registered = past.of("Registered").find(about("member", account));
  if (registered === undefined || amount(registered, "role") !== VALIDATOR) return false;
  return before === undefined || past.place(registered) <= past.place(before);
}

/** All columns of a member's standing; those of nobody for an account that got its role under the other table. */
export function memberColumns(past: Past, account: string, role: "executor" | "validator"): TableRow {
  const isHere = isValidator(past, account) === (role === "validator");
  const own = (...names: readonly string[]) => (isHere ? past.of(...names).filter(about("member", account)) : []);
  const registered = own("Registered")[0];
  const said = own("Registered", "MetadataUpdated").at(-1);
  const staked = own(...STAKES);
  const stake = staked.length === 0 ? 0n : amount(staked.at(-1) as Happened, "totalStake");
  const jail = own("Jailed", "Unjailed").at(-1);
  const jailedUntil = jail?.name === "Jailed" ? seconds(jail, "jailedUntil") : null;
  const frozen = own("Frozen", "Unfrozen").at(-1);
  return {
    address: account,
    peerId: said === undefined ? null : peerIdOf(text(said, "peerId")),
    metadataURI: said === undefined ? null : withoutControls(text(said, "metadataURI")),
    registeredAt: registered?.timestamp ?? null,
    stake,
    ...unbondingOf(staked),
    stakeWithdrawn: sum(own("StakeWithdrawn"), "amount"),
    jailedUntil,
    frozen: frozen === undefined ? 0n : amount(frozen, "frozen"),
    slashed: sum(own("Slashed"), "taken"),
    slashCount: own("Slashed").length,
    active: registered !== undefined && jailedUntil === null && stake >= past.deployed.minimum[role],
  };
}

function unbondingOf(staked: readonly Happened[]): { unbonding: bigint; unbondAt: number | null } {
  const said = staked.filter(({ name }) => name !== "Staked");
  const newest = said.at(-1);
  const unbonding = newest === undefined || newest.name === "UnbondCancelled" ? 0n : amount(newest, "unbonding");
  const request = said.findLast(({ name }) => name === "UnbondRequested");
  return { unbonding, unbondAt: unbonding === 0n || request === undefined ? null : seconds(request, "unbondAt") };
}

/** Base58 of what begins as the multihash of a key or of its SHA-256; all else as its bytes. */
const peerIdOf = (bytes: string): string =>
  /^0x(?:0025|0024|1220)/.test(bytes) ? base58btc.baseEncode(Buffer.from(bytes.slice(2), "hex")) : bytes;

const withoutControls = (said: string): string => [...said].filter((one) => !/\p{Cc}/u.test(one)).join("");

export const stakeMovementRows = (past: Past): TableRow[] => {
  const kinds: Readonly<Record<string, string>> = {
    Registered: "REGISTER",
    Staked: "STAKE",
    UnbondRequested: "UNBOND_REQUEST",
    UnbondCancelled: "UNBOND_CANCEL",
    StakeWithdrawn: "WITHDRAW",
    Slashed: "SLASH",
  };
  return past.of(...Object.keys(kinds)).flatMap((event) => {
    const moved = event.name === "Registered" ? 0n : amount(event, event.name === "Slashed" ? "taken" : "amount");
    if (event.name === "Slashed" && moved === 0n) return [];
    return {
      ...origin(event),
      memberAddress: text(event, "member"),
      role: isValidator(past, text(event, "member"), event) ? "VALIDATOR" : "EXECUTOR",
      kind: kinds[event.name] ?? "",
      amount: moved,
      stake: event.name === "Registered" ? 0n : amount(event, "totalStake"),
    };
  });
};

export const judgeRows = (past: Past): TableRow[] =>
  past.of("Wired").map((event) => ({ ...at(event), address: text(event, "judge"), power: power(event) }));

export const freezeRows = (past: Past): TableRow[] =>
  past.of("Frozen", "Unfrozen").map((event) => ({
    ...origin(event),
    memberAddress: text(event, "member"),
    judgeAddress: text(event, "judge"),
    disputeId: text(event, "id"),
    kind: event.name === "Frozen" ? "FREEZE" : "UNFREEZE",
    amount: amount(event, "amount"),
    frozen: amount(event, "frozen"),
  }));

export const slashingRows = (past: Past): TableRow[] =>
  past.of("Slashed").map((event) => {
    const collected = past
      .of("Collected")
      .filter((one) => text(one, "judge") === text(event, "judge") && text(one, "id") === text(event, "id"));
    return {
      ...origin(event),
      judgeAddress: text(event, "judge"),
      disputeId: text(event, "id"),
      memberAddress: text(event, "member"),
      offence: offence(event),
      reporter: text(event, "reporter"),
      victim: text(event, "victim"),
      jury: text(event, "jury"),
      taken: amount(event, "taken"),
      restituted: part(event, "payout", "restituted"),
      toReporter: part(event, "payout", "reporter") + sum(collected, "toReporter"),
      toVictim: part(event, "payout", "victim") + sum(collected, "toVictim"),
      toJury: part(event, "payout", "jury"),
      toTreasury: part(event, "payout", "treasury") + sum(collected, "toTreasury"),
      waiting: collected.length > 0 ? 0n : part(event, "payout", "waiting"),
      stake: amount(event, "totalStake"),
      unbonding: amount(event, "unbonding"),
    };
  });

export const strikeRows = (past: Past): TableRow[] =>
  past.of("Struck").map((event) => ({
    ...origin(event),
    memberAddress: text(event, "member"),
    judgeAddress: text(event, "judge"),
    offence: offence(event),
    halves: amount(event, "halves"),
    count: amount(event, "count"),
  }));

export const jailRows = (past: Past): TableRow[] =>
  past.of("Jailed", "Unjailed").map((event) => ({
    ...origin(event),
    memberAddress: text(event, "member"),
    kind: event.name === "Jailed" ? "JAIL" : "UNJAIL",
    judgeAddress: event.name === "Jailed" ? text(event, "judge") : null,
    jailedUntil: event.name === "Jailed" ? seconds(event, "jailedUntil") : null,
  }));

/** What everybody got of slashes, less what went on to others. */
export function rewardAccountRows(past: Past): TableRow[] {
  const credited = new Map<string, bigint>();
  const add = (account: string, value: bigint) => credited.set(account, (credited.get(account) ?? 0n) + value);
  const credit = (account: string, value: bigint) => value > 0n && add(account, value);
  for (const event of past.of("Slashed")) {
    credit(text(event, "reporter"), part(event, "payout", "reporter"));
    credit(text(event, "victim"), part(event, "payout", "restituted") + part(event, "payout", "victim"));
    credit(text(event, "jury"), part(event, "payout", "jury"));
    credit(past.deployed.treasury, part(event, "payout", "treasury"));
  }
  for (const event of past.of("Collected")) {
    credit(text(event, "reporter"), amount(event, "toReporter"));
    credit(text(event, "victim"), amount(event, "toVictim"));
    credit(past.deployed.treasury, amount(event, "toTreasury"));
  }
  for (const event of past.of("RewardsTransferred")) {
    add(text(event, "from"), -amount(event, "amount"));
    credit(text(event, "to"), amount(event, "amount"));
  }
  return [...credited].map(([address, value]) => {
    const withdrawn = sum(past.of("RewardsWithdrawn").filter(about("account", address)), "amount");
    return { address, credited: value, withdrawn };
  });
}

export const rewardMovementRows = (past: Past): TableRow[] =>
  past.of("RewardsTransferred", "RewardsWithdrawn").map((event) => ({
    ...origin(event),
    accountAddress: text(event, event.name === "RewardsTransferred" ? "from" : "account"),
    kind: event.name === "RewardsTransferred" ? "TRANSFER" : "WITHDRAW",
    receiver: text(event, "to"),
    amount: amount(event, "amount"),
  }));
