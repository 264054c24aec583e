import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Chain } from "../../chain/chain.ts";
import { KEYSTORE_NAME } from "../../data-home.ts";
import { LloomError } from "../../errors.ts";
import type { SettingName } from "../../settings.ts";
import { scopeOfFile } from "../../store/database/database.ts";
import type { CommandContext } from "../command.ts";
import type { Fact } from "../words.ts";
import { LOG_FILES, type LogFile } from "./log-files.ts";

/** Settings that decide which contract gets money. */
export const NETWORK_SETTINGS: readonly SettingName[] = ["rpc", "network", "accounting"];

type Place = Pick<CommandContext, "settings" | "networkFile" | "isFileNamed">;

/**
 * Refuses another network than the one that the data directory serves. The key is the same from every folder, and a `lloom.toml`
 * that came with a folder would send its money to a contract of whoever wrote it.
 * @throws LloomError CHAIN_MISMATCH.
 */
export function refuseOtherNetwork(place: Place, { domain }: Pick<Chain, "domain">): void {
  const { networkFile } = place;
  const isOwn = ({ chainId, accounting }: LogScope): boolean =>
    chainId === String(domain.chainId) && accounting === domain.accounting;
  const other = directoriesOf(place)
    .map((directory) => LOG_FILES.flatMap((file) => scopeIn(directory, file)))
    .find((scopes) => scopes.length > 0 && !scopes.some(isOwn))?.[0];
  if (other === undefined) return;
  throw new LloomError(
    "CHAIN_MISMATCH",
    `The data directory ${other.directory} serves AccountingV2 ${other.accounting} on chain ${other.chainId}, as ${other.file} in it says; ${networkFile ?? "this command"} names ${domain.accounting} on chain ${domain.chainId}.`,
    {
      next: `Correct --rpc and --accounting (or --network). If the other network is meant, ${ownPlace(place, other.directory)}.`,
    },
  );
}

/**
 * Where logs say which network the key is for. A file that names the network and a data directory of its own could still name
 * somebody's key at its place; who means that names the file.
 */
function directoriesOf({ settings, networkFile, isFileNamed }: Place): readonly string[] {
  const { dataDir, keystore = join(dataDir, KEYSTORE_NAME) } = settings;
  const isFound = networkFile !== undefined && !isFileNamed;
  // A link leads to the key's place as well.
  return [dataDir, ...(isFound && existsSync(keystore) ? [dirname(realpathSync(keystore))] : [])];
}

const ownPlace = ({ settings, networkFile }: Place, directory: string): string =>
  directory === settings.dataDir
    ? "give it a data directory of its own: --data-dir DIR"
    : `name the file that says so: --config ${networkFile}`;

interface LogScope {
  readonly directory: string;
  readonly file: LogFile;
  readonly chainId: string;
  readonly accounting: string;
}

function scopeIn(directory: string, file: LogFile): readonly LogScope[] {
  const path = join(directory, file);
  const [chainId, accounting] = (existsSync(path) ? scopeOfFile(path) : undefined)?.split("/") ?? [];
  return chainId === undefined || accounting === undefined ? [] : [{ directory, file, chainId, accounting }];
}

/** What a preview says of the network that a deed is for. */
export const networkFact = ({ networkFile }: Pick<Place, "networkFile">, { domain }: Pick<Chain, "domain">): Fact => [
  "network",
  `chain ${domain.chainId}, AccountingV2 ${domain.accounting}${networkFile === undefined ? "" : `, by ${networkFile}`}`,
];

/** The same for programs. */
export const networkEvent = ({ networkFile }: Pick<Place, "networkFile">, { domain }: Pick<Chain, "domain">) => ({
  chainId: Number(domain.chainId),
  accounting: domain.accounting,
  ...(networkFile !== undefined && { config: networkFile }),
});
