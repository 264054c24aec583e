import type { Address } from "@lloom/protocol/commitment-types";
import type { Chain } from "../../chain/chain.ts";
import type { Host } from "../../p2p/host/host.ts";
import type { CommandContext } from "../command.ts";
import type { Role, RunningRoles } from "../open/running.ts";

/** What a check may need besides the settings, and who finds it. */
export interface Ground {
  readonly settings: CommandContext["settings"];
  readonly address: Address;
  readonly chain: Chain;
  /** The network, joined as a stranger. */
  readonly network: Host;
}

/** What every check knows. */
export interface Known {
  readonly context: CommandContext;
  readonly running: RunningRoles;
  readonly roles: ReadonlySet<Role>;
}

export type Needed = keyof Ground;

/** How a person calls what is missing. */
export const NEED_WORDS: Readonly<Record<Needed, string>> = {
  settings: "settings that are right",
  address: "a keystore",
  chain: "the chain",
  network: "the network",
};
