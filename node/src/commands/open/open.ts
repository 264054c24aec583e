import type { Address } from "@lloom/protocol/commitment-types";
import { type Chain, openChain } from "../../chain/chain.ts";
import { fileJournal, type SendJournal } from "../../chain/send/send-journal.ts";
import { dataFile } from "../../config.ts";
import { KEYSTORE_NAME } from "../../data-home.ts";
import { LloomError } from "../../errors.ts";
import { SETTINGS, type Settings } from "../../settings.ts";
import { type Database, openDatabase } from "../../store/database/database.ts";
import { createTextCipher } from "../../store/database/text-cipher.ts";
import { DiskRoom } from "../../store/files/disk-room.ts";
import type { Identity } from "../../wallet/identity.ts";
import { openKeystore, readKeystoreAddress } from "../../wallet/keystore.ts";
import { exactAmount } from "../amount.ts";
import type { CommandContext } from "../command.ts";
import { chosenDeployment } from "./deployment.ts";
import { refuseOtherNetwork } from "./own-network.ts";
import { readPassword } from "./password.ts";

/** Where the keystore rests. */
export const keystorePath = ({ settings }: CommandContext): string =>
  settings.keystore ?? dataFile(settings, KEYSTORE_NAME);

/** Unlocks this node's key. */
export async function openIdentity(context: CommandContext): Promise<Identity> {
  const path = keystorePath(context);
  // A file that cannot be opened by any password is told of before one is asked for.
  readKeystoreAddress(path);
  return openKeystore({ path, password: await readPassword(context.settings, context.signal) });
}

/** Connects to the chain with this node's key; closed when the command ends. */
export async function openOwnChain(context: CommandContext, identity: Identity): Promise<Chain> {
  const { settings, signal, log, stack } = context;
  const { accounting, check } = chosenDeployment(settings);
  const journal = journalOf(settings);
  const chain = check(stack.use(await openChain({ rpcUrl: settings.rpc, accounting, identity, signal, log, journal })));
  refuseOtherNetwork(context, chain);
  return chain;
}

/** Connects to the chain without a key, to look at it; closed when the command ends. */
export async function openKeylessChain({ settings, signal, log, stack }: CommandContext): Promise<Chain> {
  const { accounting, startBlock, check } = chosenDeployment(settings);
  return check(stack.use(await openChain({ rpcUrl: settings.rpc, accounting, signal, log, startBlock })));
}

/** What this node's transactions are remembered by, so that none is made twice after a restart. */
export const journalOf =
  (settings: Settings) =>
  (scope: { readonly chainId: bigint; readonly account: Address }): SendJournal =>
    fileJournal(dataFile(settings, "transactions"), scope);

/** What a log or a lock of this key on this deployment belongs to. */
export const scopeOf = ({ domain }: Chain, { address }: Pick<Identity, "address">): string =>
  `${domain.chainId}/${domain.accounting}/${address}`;

/** Opens a durable log of this key on this deployment; a file of another one is refused. Closed when the command ends. */
export function openLog(
  { settings, stack }: CommandContext,
  { file, chain, identity }: { file: string; chain: Chain; identity: Pick<Identity, "address" | "secret"> },
): Database {
  const cipher = createTextCipher(identity.secret);
  return stack.use(openDatabase(dataFile(settings, file), { scope: scopeOf(chain, identity), cipher }));
}

/** How much room the disk of the logs has, from now on. */
export const openRoom = ({ settings, log }: CommandContext): DiskRoom =>
  new DiskRoom({ directory: settings.dataDir, log });

/** A setting's decimal amount in base units of the payment token. Throws CONFIG_INVALID that names the flag. */
export function settingAmount(chain: Chain, settings: Settings, name: AmountSetting): bigint {
  const { flag } = SETTINGS[name];
  return exactAmount(settings[name] ?? "", chain.tokenDecimals, (problem) => {
    throw new LloomError("CONFIG_INVALID", `--${flag}: ${problem}`, { next: `It means: ${SETTINGS[name].describe}.` });
  });
}

/** A setting's decimal amount of ether in wei. Throws CONFIG_INVALID that names the flag. */
export function settingEther(settings: Settings, name: "disputeBonds"): bigint {
  const { flag, describe } = SETTINGS[name];
  return exactAmount(settings[name], ETHER_DECIMALS, (problem) => {
    throw new LloomError("CONFIG_INVALID", `--${flag}: ${problem}`, { next: `It means: ${describe}.` });
  });
}
const ETHER_DECIMALS = 18;

type AmountSetting =
  | "inboundPrice"
  | "outboundPrice"
  | "settleAmount"
  | "channelStep"
  | "maxInboundPrice"
  | "maxOutboundPrice"
  | "minStake"
  | "appealDeposits"
  | "x402Fee"
  | "watchtowerFee"
  | "guardFee"
  | "canaryPrice"
  | "complaintBonds";
