import { tokenOf } from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import { parseVerification, USUAL_VERIFICATION } from "../../client/check/verification.ts";
import { type Client, createClient } from "../../client/client.ts";
import type { ClientOptions } from "../../client/client-options.ts";
import type { ReputationSource } from "../../client/reputation/open-reputations.ts";
import type { ClockWatch } from "../../clock/clock-watch.ts";
import { dataFile } from "../../config.ts";
import { LloomError } from "../../errors.ts";
import { openIndexer } from "../../indexer/indexer.ts";
import type { Host } from "../../p2p/host/host.ts";
import { type ClientLog, openClientLog } from "../../store/client/client-log.ts";
import type { Database } from "../../store/database/database.ts";
import { notePaidToken } from "../../store/database/paid-token.ts";
import type { DiskRoom } from "../../store/files/disk-room.ts";
import type { Identity } from "../../wallet/identity.ts";
import type { announce, CommandContext } from "../command.ts";
import { chosenAudits } from "../open/deployment.ts";
import { openIdentity, openLog, openOwnChain, openRoom, settingAmount } from "../open/open.ts";
import { openClock } from "../open/open-clock.ts";
import { openHost } from "../open/open-host.ts";
import { keptPast } from "../reputation/past.ts";
import { openAnswerAudit } from "./answer-audit.ts";

/** Settings of everybody who buys answers. */
export const BUYING_SETTINGS = [
  ...(["channelStep", "maxInboundPrice", "maxOutboundPrice", "executors", "hedging"] as const),
  ...(["verify", "weights", "threads", "minReputation", "minStake", "audits", "indexer", "startBlock"] as const),
];

/** A client of the network, with what it stands on. */
export interface Buyer {
  /** The client's log, and the file that it is in. */
  readonly store: ClientLog;
  readonly db: Database;
  readonly client: Client;
  readonly chain: Chain;
  readonly identity: Identity;
  readonly host: Host;
  readonly clock: ClockWatch;
  /** Of the log's disk. */
  readonly room: DiskRoom;
}

interface Buying {
  readonly exploration: number;
  /** Whose key pays; that of the settings' keystore unless given. */
  readonly identity?: Identity;
  /** In place of what the settings say. */
  readonly options?: ClientOptions;
  readonly say?: typeof announce;
  /** What happens about answers that never come or cost too much, in the chain's units; nothing unless given. */
  readonly disputing?: (chain: Chain) => Disputing;
}

type Disputing = Pick<
  ClientOptions,
  "disputes" | "disputeBonds" | "complaintBonds" | "appeals" | "appealDeposits" | "onDispute"
>;

/** Joins the network to buy answers, exploring as often as given; everything closes when the command ends. */
export async function openBuyer(
  context: CommandContext,
  { exploration, say, disputing, identity: given, options: changed }: Buying,
): Promise<Buyer> {
  const { settings, stack, log } = context;
  const identity = given ?? (await openIdentity(context));
  const chain = await openOwnChain(context, identity);
  const db = openLog(context, { file: "client.sqlite", chain, identity });
  notePaidToken(db, tokenOf(chain));
  const store = openClientLog(db);
  const host = await openHost(context, { identity, chain, dhtServer: false });
  const most = (name: "maxInboundPrice" | "maxOutboundPrice"): bigint | undefined =>
    settings[name] === undefined ? undefined : settingAmount(chain, settings, name);
  const options: ClientOptions = {
    hedging: settings.hedging,
    channelStep: settingAmount(chain, settings, "channelStep"),
    maxPrice: { inbound: most("maxInboundPrice"), outbound: most("maxOutboundPrice") },
    allowUnstaked: settings.executors === "any",
    verification: parseVerification(settings.verify) ?? USUAL_VERIFICATION,
    minReputation: settings.minReputation,
    minStake: settingAmount(chain, settings, "minStake"),
    exploration,
    ...disputing?.(chain),
    ...changed,
  };
  const clock = openClock(context, { chain, host, ...(say === undefined ? {} : { say }) });
  const vocabularies = dataFile(settings, "vocabularies");
  const reputations = reputationSource(context, chain);
  const audit = await openAnswerAudit(context, { chain, host, store });
  const watched = { reputations, audit, checkClock: () => clock.look() };
  const room = openRoom(context);
  const parts = { identity, chain, store, host, log, vocabularies, room, ...watched };
  const client = stack.use(await createClient(parts, options));
  return { client, chain, identity, store, db, host, clock, room };
}

/**
 * Where the settings say to learn about executors: from the chain where Audits is known, and from an index. Throws CONFIG_INVALID for
 * a demand that nobody could be known to meet, and for an index without Audits.
 */
function reputationSource({ settings }: CommandContext, chain: Chain): ReputationSource | undefined {
  const { indexer: url, minReputation } = settings;
  if (url === undefined && minReputation > 0)
    throw new LloomError(
      "CONFIG_INVALID",
      "A least reputation is asked for, and no indexer is known to ask about it.",
      {
        next: "Give --indexer URL, or leave --min-reputation out.",
      },
    );
  if (url === undefined && settings.audits === undefined && settings.network === undefined) return undefined;
  const audits = chosenAudits(settings);
  const indexer = url === undefined ? undefined : openIndexer(url);
  return { indexer, audits, kept: (executor) => keptPast(settings, { chain, audits, executor }) };
}
