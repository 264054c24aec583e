/** What this key's money means for its work. Pure. */
import type { SessionSigner } from "../../chain/reads.ts";
import { shownDuration, shownMoment } from "../words.ts";
import type { MoneyFacts } from "./facts.ts";
import { type Finding, fine, skipped, warning, wrong } from "./finding.ts";
import { tokens } from "./judge-chain.ts";

/** Settlement is possible for a day after a request's deadline; half of it is time enough to act. */
const LONG_OWED_MS = 12 * 3_600_000;
const DEPOSIT = "lloom deposit 10";

export function judgeMoney(facts: MoneyFacts): Finding[] {
  const { session } = facts;
  // A session key signs for its client's money, and needs none of its own.
  const spending = (): Finding[] => (session === undefined ? buying(facts) : signing(session, facts.nowSeconds));
  const found = [
    ...(facts.roles.has("client") ? spending() : []),
    ...(facts.roles.has("executor") ? selling(facts) : []),
  ];
  return found.length === 0 ? [skipped("this key neither buys nor sells")] : found;
}

function signing({ principal, thawEnd }: SessionSigner, nowSeconds: bigint): Finding[] {
  if (thawEnd === 0n) return [fine(`a session key, which signs for ${principal}`)];
  const counts =
    thawEnd > nowSeconds
      ? `its requests count until ${shownMoment(thawEnd, nowSeconds)}`
      : "nothing that it signs counts";
  const place = "--data-dir ./session";
  return [
    wrong(
      `${principal} has removed this session key: ${counts}, and it never comes back.`,
      `lloom wallet new ${place} && lloom signer prove ${principal} proof.json ${place}`,
    ),
  ];
}

function buying({ deposit, balance, channels, unit, isLocal, nowSeconds }: MoneyFacts): Finding[] {
  const inChannels = (channels ?? []).reduce((sum, channel) => sum + channel.balance, 0n);
  const due = (channels ?? []).filter(({ unlockAt }) => unlockAt > 0n && unlockAt <= nowSeconds);
  const unlocked: Finding[] =
    due.length === 0
      ? []
      : [
          warning(
            `${due.length === 1 ? "A channel has" : `${due.length} channels have`} finished unlocking.`,
            "lloom unlock --finish",
          ),
        ];
  const searched: Finding[] =
    channels === undefined
      ? [
          warning(
            "The RPC server lets no channels be searched for.",
            "export LLOOM_START_BLOCK=BLOCK   # of the first contract",
          ),
        ]
      : [];
  const shown = `${unit.shown(deposit)} of deposit free, ${unit.shown(inChannels)} in ${channels?.length ?? "?"} channels`;
  if (deposit > 0n) return [fine(shown), ...unlocked, ...searched];
  const mend = balance > 0n ? DEPOSIT : `${tokens(isLocal)} && ${DEPOSIT}`;
  const word = inChannels > 0n ? warning : wrong;
  const meaning = inChannels > 0n ? "only executors whose channels are funded can be paid" : "no answer can be paid";
  return [word(`This key has no free deposit: ${meaning}.`, mend), ...unlocked, ...searched];
}

function selling({ earnings, owed, running, nowMs, unit }: MoneyFacts): Finding[] {
  const free = `${unit.shown(earnings.withdrawable)} of earnings free`;
  if (owed === undefined) return [fine(`${free}; no log says what is owed`)];
  const { total, oldestAtMs, writtenOff } = owed;
  const ageMs = oldestAtMs === undefined ? 0 : nowMs - oldestAtMs;
  const found: Finding[] = [fine(`${free}, ${unit.shown(total)} owed`)];
  if (total > 0n && ageMs > LONG_OWED_MS)
    found.push(
      wrong(
        `${unit.shown(total)} are owed for answers, the oldest ${shownDuration(BigInt(Math.round(ageMs / 1000)))} ago: a day after a request's deadline nothing can be settled any more.`,
        "lloom settle",
      ),
    );
  else if (total > 0n && running.executor === undefined)
    found.push(warning(`${unit.shown(total)} are owed, and no executor runs that settles it.`, "lloom settle"));
  if (writtenOff > 0n)
    found.push(
      warning(`${unit.shown(writtenOff)} can be paid by no channel any more, and are lost.`, "lloom earnings"),
    );
  return found;
}
