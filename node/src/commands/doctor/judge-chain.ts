/** What the facts of the chain mean: the server, the contracts, this key's gas and stake. Pure. */
import { formatAmount } from "@lloom/protocol/amounts";
import type { LloomError } from "../../errors.ts";
import type { Role } from "../open/running.ts";
import { shownDuration, shownMoment } from "../words.ts";
import type { AccountFacts, ChainFacts, ContractsFacts, StakeFacts } from "./facts.ts";
import { type Finding, fine, skipped, warning, wrong } from "./finding.ts";
import { COMMAND_OF } from "./judge-machine.ts";

/** A server that does not answer, or one of another deployment; told by what is set, since that is what is mended. */
export function chainFailureFinding({ code, message, next }: LloomError): Finding {
  const said = `${message} ${next}`;
  if (code === "CHAIN_MISMATCH") return wrong(said, "lloom config show --origin");
  if (code === "CONFIG_INVALID")
    return wrong(said, "export LLOOM_ACCOUNTING=0x...   # of the network, or LLOOM_NETWORK=NAME");
  return wrong(said, /127\.0\.0\.1|localhost/.test(message) ? "npm start" : ANOTHER_SERVER);
}

/** A chain makes a block every few seconds; a server whose newest is older is behind, or cut off. */
const OLD_BLOCK_MS = 180_000;
const SLOW_ANSWER_MS = 2_000;
const ANOTHER_SERVER = "export LLOOM_RPC_URL=https://ANOTHER.SERVER";

export function judgeChain({ chainId, accounting, isLocal, block, blockAgeMs, answerMs }: ChainFacts): Finding[] {
  const found = [fine(`chain ${chainId}, AccountingV2 ${accounting}, block ${block}`)];
  if (!isLocal && blockAgeMs > OLD_BLOCK_MS)
    found.push(
      wrong(
        `Its newest block is ${shownDuration(BigInt(Math.round(blockAgeMs / 1000)))} old: the RPC server does not follow the chain.`,
        ANOTHER_SERVER,
      ),
    );
  if (answerMs > SLOW_ANSWER_MS)
    found.push(warning(`The RPC server takes ${(answerMs / 1000).toFixed(1)} s for an answer.`, ANOTHER_SERVER));
  return found;
}

export function judgeContracts({ contracts }: ContractsFacts): Finding[] {
  const missing = contracts
    .filter(({ hasCode }) => !hasCode)
    .map(({ name, address, variable }) =>
      wrong(
        `There is no contract at ${address}, where ${name} should be.`,
        variable === undefined ? "lloom config show --origin" : `unset ${variable}`,
      ),
    );
  return missing.length > 0 ? missing : [fine(`code at all ${contracts.length} addresses`)];
}

/** After so long a call that is not over yet is stuck. */
const STUCK_MS = 600_000;

export function judgeGas(facts: AccountFacts): Finding[] {
  const { address, roles, isLocal, gas, gasNeeded } = facts;
  const shown = `${formatAmount(gas, ETHER_DECIMALS)} ETH`;
  const needed = `${formatAmount(gasNeeded, ETHER_DECIMALS)} ETH`;
  const mend = isLocal ? `npm run fund -- ${address}` : `lloom wallet show   # send ether to the address that it shows`;
  const least = gas >= gasNeeded ? fine(shown) : undefined;
  const few = gas >= gasNeeded && gas < gasNeeded * FEW;
  return [
    least ?? wrong(`This key has ${shown} for gas, and a transaction may take ${needed}: ${meaningOf(roles)}.`, mend),
    ...(few ? [warning(`That is enough for ${gas / gasNeeded} transactions.`, mend)] : []),
    ...judgePending(facts),
  ];
}

const ETHER_DECIMALS = 18;
/** Transactions that should be affordable. */
const FEW = 20n;

function meaningOf(roles: ReadonlySet<Role>): string {
  if (roles.has("executor")) return "nothing that it earns can be settled, and no dispute be answered";
  return roles.has("validator") ? "it can report nothing and vote in no jury" : "no channel can be funded";
}

function judgePending(facts: AccountFacts): Finding[] {
  const { pending, oldestCallMs, oldestCommand, nowMs, running, roles } = facts;
  const ageMs = oldestCallMs === undefined ? 0 : nowMs - oldestCallMs;
  if (pending === 0 || ageMs < STUCK_MS) return [];
  const [role] = (["executor", "validator", "client"] as const).filter((one) => roles.has(one));
  const isLookedAfter = role !== undefined && running[role] !== undefined;
  const age = shownDuration(BigInt(Math.round(ageMs / 1000)));
  const stuck = `${pending === 1 ? "A transaction is" : `${pending} transactions are`} not mined since ${age}`;
  if (oldestCommand !== undefined)
    return [
      warning(`${stuck}: the command that sent it, given again, goes on with it at a higher fee.`, oldestCommand),
    ];
  if (isLookedAfter || role === undefined)
    return [
      warning(
        `${stuck}: ${isLookedAfter ? "its node raises the fee by itself" : "nobody waits for it"}.`,
        "lloom status",
      ),
    ];
  return [
    warning(
      `${stuck}: what sent it, its node or a command, goes on with it at a higher fee when started again.`,
      COMMAND_OF[role],
    ),
  ];
}

export function judgeStake(facts: StakeFacts): Finding[] {
  const { roles, member, unit, nowSeconds } = facts;
  const wanted = wantedRole(roles);
  if (wanted === undefined) return [skipped("a client needs none")];
  const { role, stake, unbonding, unbondAt, frozen } = member;
  if (role !== "none" && role !== wanted)
    return [
      wrong(
        `This key is registered as ${role}, and a key has one role: ${wanted} needs another key.`,
        `lloom init --data-dir ./${wanted}`,
      ),
    ];
  return [
    ...(role === "none" || stake < facts.minimum ? [lackOf(facts, wanted)] : [fine(`${unit.shown(stake)} as ${role}`)]),
    ...jailOf(facts),
    ...(unbonding > 0n
      ? [warning(`${unit.shown(unbonding)} leave on ${shownMoment(unbondAt, nowSeconds)}.`, "lloom unbond --cancel")]
      : []),
    ...(frozen > 0n ? [warning(`${unit.shown(frozen)} are frozen until open disputes end.`, "lloom disputes")] : []),
  ];
}

const wantedRole = (roles: ReadonlySet<Role>): "executor" | "validator" | undefined => {
  if (roles.has("executor")) return "executor";
  return roles.has("validator") ? "validator" : undefined;
};

function lackOf({ member, minimum, balance, unit, isLocal }: StakeFacts, wanted: "executor" | "validator"): Finding {
  const lack = minimum - member.stake;
  const role = wanted === "validator" ? " --role validator" : "";
  const stake = `lloom stake ${unit.plain(lack)}${role}`;
  const meaning = wanted === "executor" ? "clients buy nothing from it" : "it takes no part in audits and juries";
  return wrong(
    `This key has ${unit.shown(member.stake)} at stake, and ${wanted === "executor" ? "an executor" : "a validator"} needs ${unit.shown(minimum)}: ${meaning}.`,
    balance >= lack ? stake : `${tokens(isLocal)} && ${stake}`,
  );
}

/** Where payment tokens come from: on test networks, from a faucet. */
export const tokens = (isLocal: boolean): string => (isLocal ? "lloom faucet" : "lloom wallet show");

function jailOf({ member: { jailedUntil }, nowSeconds }: StakeFacts): Finding[] {
  if (jailedUntil === 0n) return [];
  return jailedUntil <= nowSeconds
    ? [wrong("This key is in jail although its time is over.", "lloom unjail")]
    : [
        wrong(
          `This key is in jail until ${shownMoment(jailedUntil, nowSeconds)}: nobody buys from it, and nothing shortens that. Its stake can leave meanwhile: lloom unbond.`,
          `lloom unjail   # not before ${shownMoment(jailedUntil, nowSeconds)}`,
        ),
      ];
}
