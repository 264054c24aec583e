import { hkdfSync, randomBytes } from "node:crypto";
import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { hashDisputeConsent } from "@lloom/protocol/dispute-consent";
import type { SignedOffer } from "@lloom/protocol/messages";
import { promisedBy } from "@lloom/protocol/profile";
import { replay } from "@lloom/protocol/reputation/epochs-of";
import { ONE } from "@lloom/protocol/reputation/fixed-point";
import type { Chain } from "../../chain/chain.ts";
import { chainUntil } from "../../chain/chain-until.ts";
import { openMeasuredCourt } from "../../chain/disputes/measured-court.ts";
import { openAudits } from "../../chain/reputation/audits.ts";
import { readReputationRules } from "../../chain/reputation/reputation-logs.ts";
import { readReputationPast } from "../../chain/reputation/reputation-past.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { dataFile } from "../../config.ts";
import { asLloomError, type LloomError } from "../../errors.ts";
import type { Host } from "../../p2p/host/host.ts";
import { steadyClock } from "../../primitives/clock.ts";
import { Rounds, type RoundsOptions } from "../../primitives/rounds.ts";
import { SETTINGS, type Settings } from "../../settings.ts";
import type { AuditLog } from "../../store/validator/audit-log.ts";
import type { ValidatorLog } from "../../store/validator/validator-log.ts";
import { Auditor, type AuditorParts } from "../../validator/audit/auditor.ts";
import type { AuditableOffer, AuditQuestion, CanaryFinding, EndedCanary } from "../../validator/audit/canary-answer.ts";
import { Complaints } from "../../validator/audit/complaints.ts";
import { Preimages } from "../../validator/audit/preimages.ts";
import { priceLimits } from "../../validator/audit/price-limits.ts";
import { Visitor } from "../../validator/audit/visitor.ts";
import { canaryIdentity, shiftsOf } from "../../validator/canary/canary-keys.ts";
import type { Random } from "../../validator/canary/draw.ts";
import { keysLeft } from "../../validator/canary/keys-left.ts";
import type { OpenJudge } from "../../validator/jury/open-judge.ts";
import type { Validator } from "../../validator/validator.ts";
import type { Identity } from "../../wallet/identity.ts";
import type { CommandContext } from "../command.ts";
import { chosenAudits } from "../open/deployment.ts";
import { settingAmount } from "../open/open.ts";
import { keptPast } from "../reputation/past.ts";
import { CanaryClients } from "./canary-clients.ts";
import { openVisits } from "./traffic-file.ts";
import { tellAudit, tellComplaint } from "./words.ts";

/** A look at a chain where nothing is due costs one call. */
const EVERY_MS = 5_000;
/** Three times as long as an executor takes to tell its offers again. */
const LISTENING_MS = 15_000;
const RETRY = { firstMs: 1_000, longestMs: 60_000 };
/** A reputation is taken once it is so many epochs back: no reorganisation reaches it any more. */
const EPOCHS_BACK = 2n;
const KEY_BYTES = 32;
/** Times the default prices of an executor. */
const DEAR = 4n;

type CanaryLog = AuditLog<AuditQuestion, EndedCanary, CanaryFinding>;

export interface AuditingParts {
  readonly identity: Identity;
  readonly chain: Chain;
  readonly host: Host;
  readonly store: ValidatorLog;
  readonly audited: CanaryLog;
  /** The log of a canary key failed: its answers could not be shown to a jury. */
  readonly onLogFailure: (problem: LloomError) => void;
  readonly weights: Pick<OpenJudge, "withWeights" | "covers">;
  readonly validator: Pick<Validator, "allOffers">;
}

/** Canaries must not be foretold by whoever knows this code. */
const secretly: Random = () => randomBytes(4).readUInt32BE() / 2 ** 32;

/**
 * Audits executors until the command ends: asks canaries, reports, and complains of what they prove. Does nothing without canary
 * keys. Throws CONFIG_INVALID and CHAIN_MISMATCH where the settings do not fit.
 */
export async function openAuditing(context: CommandContext, parts: AuditingParts): Promise<void> {
  const { settings, stack, log } = context;
  const { identity, host, store, audited: auditLog } = parts;
  // A node that stops waits for no answer of the chain.
  const chain = chainUntil(parts.chain, context.signal);
  const { canaryKeys: keys } = settings;
  if (keys === 0) return;
  const visits = openVisits(settings.traffic, log);
  const address = chosenAudits(settings);
  const mostBonds = settingAmount(chain, settings, "complaintBonds");
  const [audits, court] = await Promise.all([openAudits(chain, address), openMeasuredCourt(chain)]);
  const { address: validator, secret } = identity;
  const identityOf = (key: number): Identity => canaryIdentity(secret, chain.domain, key);
  const most = (key: number): number => shiftsOf(identityOf(key));
  const clients = stack.use(
    new CanaryClients({
      ...{ chain, rpcUrl: settings.rpc, bootstrap: [...settings.bootstrap, ...host.multiaddrs()] },
      directory: dataFile(settings, "canaries"),
      ...{ identityOf, keys, shifts: store, random: secretly, log, onLogFailure: parts.onLogFailure },
    }),
  );
  const hasher = createCommitmentHasher(chain.domain);
  const complaints = new Complaints({
    ...{ chain, court, validator, store, audits: auditLog, mostBonds, log },
    consentOf: ({ client, executor }, requestHash, epoch) => {
      const key = store.shiftOf(executor, epoch);
      const asked = key === undefined ? undefined : identityOf(key);
      if (asked?.address !== client) return undefined;
      return asked.sign(hashDisputeConsent(hasher.domainSeparator, { challenger: validator, requestHash }));
    },
    onNews: (complaint) => tellComplaint(context, complaint),
  });
  const startedMs = steadyClock();
  const chainKey = new Uint8Array(hkdfSync("sha256", secret, "lloom/audit-chains/1", "", KEY_BYTES));
  const auditable = auditableBy(parts.weights);
  const auditor = new Auditor({
    ...{ audits, validator, store: auditLog, visits, random: secretly, log },
    preimages: new Preimages({ audits, validator, key: chainKey }),
    offers: () =>
      steadyClock() - startedMs < LISTENING_MS
        ? undefined
        : parts.validator.allOffers().filter(answersConversations).map(auditable),
    mostPrices: pricing(chain, settings),
    withWeights: parts.weights.withWeights,
    trustOf: await trustReader(context, chain),
    onCase: (found, nowSeconds) => complaints.plan(found, nowSeconds),
    onOvercharge: (found, nowSeconds) => complaints.plan(found, nowSeconds),
    onNews: (news) => tellAudit(context, news),
  });
  const visitor = stack.use(new Visitor({ audits, store: auditLog, buyer: clients, random: secretly, log }));
  const trying = (what: string): Pick<RoundsOptions, "everyMs" | "retry" | "onFailure"> => ({
    ...{ everyMs: EVERY_MS, retry: RETRY },
    onFailure: (thrown, failures) => {
      const { code, message } = asLloomError(thrown);
      if (failures === 1) log.warn({ code, problem: message }, `${what} cannot go on, trying on`);
    },
  });
  stack.use(new Rounds({ ...trying("canaries"), round: (signal) => visitor.visit(signal) }));
  // Beside the questions: who keeps one open holds up no report and no complaint.
  stack.use(
    new Rounds({
      ...trying("audits"),
      round: async (signal) => {
        await auditor.look(signal);
        const sellers = parts.validator.allOffers().map(({ offer }) => offer.executor);
        store.noteKeysLeft(keysLeft(sellers, { keys, shifts: store.allShifts(), most }));
        await clients.keep(keysInUse(store, auditLog, { nowSeconds: await chain.nowSeconds(), ...audits }));
        await complaints.look(signal);
      },
    }),
  );
}

/** Canaries are conversations: what only embeds would refuse them, and rightly. */
const answersConversations = (signed: SignedOffer): boolean => promisedBy(signed).conversations !== false;

const auditableBy =
  ({ covers }: Pick<OpenJudge, "covers">) =>
  ({ offer, profile }: SignedOffer): AuditableOffer => ({
    ...offer,
    price: { inbound: offer.inboundPrice, outbound: offer.outboundPrice },
    isMeasured: profile !== undefined && covers(offer.weightsHash, profile),
  });

/** What canaries pay at most: as the settings say, or else by the market, which an executor as it comes is never too dear for. */
function pricing(chain: Chain, settings: Settings): AuditorParts["mostPrices"] {
  if (settings.canaryPrice !== undefined) {
    const most = settingAmount(chain, settings, "canaryPrice");
    return () => () => ({ inbound: most, outbound: most });
  }
  const usual = (name: "inboundPrice" | "outboundPrice"): bigint =>
    settingAmount(chain, { ...settings, [name]: SETTINGS[name].fallback }, name);
  const floor = { inbound: usual("inboundPrice") * DEAR, outbound: usual("outboundPrice") * DEAR };
  return (offers) => priceLimits(offers, floor);
}

/** Keys of this epoch, of questions that are under way, and those whose answers a jury may ask for. */
function keysInUse(
  store: ValidatorLog,
  audits: CanaryLog,
  { nowSeconds, epochSeconds }: { readonly nowSeconds: bigint; readonly epochSeconds: bigint },
): Set<number> {
  const now = nowSeconds / epochSeconds;
  const shown = store.openComplaints().flatMap(({ id }) => audits.shownBy(id));
  // Who waits to come back leaves meanwhile.
  const asked = [...shown, ...audits.openVisits(nowSeconds + 2n * epochSeconds)].flatMap(
    ({ executor, epoch }) => store.shiftOf(executor, epoch) ?? [],
  );
  return new Set([...asked, ...store.allShifts().flatMap(({ epoch, key }) => (epoch === now ? [key] : []))]);
}

/**
 * How sure it is that an executor is honest: the lower bound of its reputation, computed here from the chain's own events, so that
 * no index decides who is audited less. `undefined` for who has none.
 */
async function trustReader(
  { settings }: CommandContext,
  chain: Chain,
): Promise<(executor: Address, signal: AbortSignal) => Promise<number | undefined>> {
  const audits = chosenAudits(settings);
  const contracts = { chain, audits };
  const rules = await readReputationRules(contracts);
  return async (executor, signal) => {
    const toBlock = await untilAborted(chain.provider.getBlockNumber(), signal);
    const kept = keptPast(settings, { chain, audits, executor });
    const events = await readReputationPast(contracts, { executor, toBlock, signal, kept });
    const epoch = (await chain.nowSeconds()) / rules.epochSeconds - EPOCHS_BACK;
    const standing = replay(rules, { executor, events }).at(epoch);
    return standing && Number(standing.lower) / Number(ONE);
  };
}
