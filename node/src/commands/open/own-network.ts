import { existsSync } from "node:fs";
import type { Chain } from "../../chain/chain.ts";
import { dataFile } from "../../config.ts";
import { LloomError } from "../../errors.ts";
import type { SettingName } from "../../settings.ts";
import { scopeOfFile } from "../../store/database/database.ts";
import type { CommandContext } from "../command.ts";
import type { Fact } from "../words.ts";
import { LOG_FILES } from "./log-files.ts";

/** Settings that decide which contract gets money. */
export const NETWORK_SETTINGS: readonly SettingName[] = ["rpc", "network", "accounting"];

type Place = Pick<CommandContext, "settings" | "networkFile">;

/**
 * Refuses another network than the one that the data directory serves. The key is the same from every folder, and a `lloom.toml`
 * that came with a folder would send its money to a contract of whoever wrote it.
 * @throws LloomError CHAIN_MISMATCH.
 */
export function refuseOtherNetwork({ settings, networkFile }: Place, { domain }: Pick<Chain, "domain">): void {
  const scopes = LOG_FILES.flatMap((file) => {
    const path = dataFile(settings, file);
    const [chainId, accounting] = (existsSync(path) ? scopeOfFile(path) : undefined)?.split("/") ?? [];
    return chainId === undefined || accounting === undefined ? [] : [{ file, chainId, accounting }];
  });
  const [other] = scopes;
  if (other === undefined) return;
  const isOwn = scopes.some(
    ({ chainId, accounting }) => chainId === String(domain.chainId) && accounting === domain.accounting,
  );
  if (isOwn) return;
  throw new LloomError(
    "CHAIN_MISMATCH",
    `The data directory ${settings.dataDir} serves AccountingV2 ${other.accounting} on chain ${other.chainId}, as ${other.file} in it says; ${networkFile ?? "this command"} names ${domain.accounting} on chain ${domain.chainId}.`,
    {
      next: "Correct --rpc and --accounting (or --network). If the other network is meant, give it a data directory of its own: --data-dir DIR.",
    },
  );
}

/** What a preview says of the network that a deed is for. */
export const networkFact = ({ networkFile }: Place, { domain }: Pick<Chain, "domain">): Fact => [
  "network",
  `chain ${domain.chainId}, AccountingV2 ${domain.accounting}${networkFile === undefined ? "" : `, by ${networkFile}`}`,
];

/** The same for programs. */
export const networkEvent = ({ networkFile }: Place, { domain }: Pick<Chain, "domain">) => ({
  chainId: Number(domain.chainId),
  accounting: domain.accounting,
  ...(networkFile !== undefined && { config: networkFile }),
});
