import { randomBytes } from "node:crypto";
import type { Chain } from "../../chain/chain.ts";
import type { KeyStore } from "../../gateway/keys/key-store.ts";
import type { Database } from "../../store/database/database.ts";
import { fleetBook } from "../../store/fleet/fleet-book.ts";
import { openFleetDatabase } from "../../store/fleet/fleet-database.ts";
import { FleetKeys } from "../../store/fleet/fleet-keys.ts";
import { fleetSpending } from "../../store/fleet/fleet-spending.ts";
import type { CommandContext } from "../command.ts";

/** The Postgres of several gateways, for one of them. */
export interface Fleet {
  /** Throws CONFIG_INVALID for a fleet of another network. */
  join(own: {
    readonly chain: Pick<Chain, "domain" | "tokenSymbol" | "tokenDecimals">;
    readonly db: Database;
  }): Promise<Omit<KeyStore, "chargeOf">>;
}

const MEMBER = "fleet_member";

/** Opens what the settings name; undefined where keys are this gateway's own. Throws CONFIG_INVALID where it does not answer. */
export async function openFleet({ settings, stack }: CommandContext): Promise<Fleet | undefined> {
  if (settings.keysDatabase === undefined) return undefined;
  const shared = stack.use(await openFleetDatabase(settings.keysDatabase));
  return {
    join: async ({ chain: { domain, tokenSymbol: symbol, tokenDecimals: decimals }, db }) => {
      const book = fleetBook(shared);
      const network = `${domain.chainId}/${domain.accounting.toLowerCase()}`;
      await book.belongTo({ network, symbol, decimals });
      const keys = new FleetKeys(book, fleetSpending(shared, memberOf(db)));
      await keys.load();
      return { keys, spending: keys, renew: (name) => keys.renew(name) };
    },
  };
}

/** This data directory's name among the gateways: what it holds is resolved by its own log alone. */
function memberOf(db: Database): string {
  const { value } = db.get("SELECT value FROM facts WHERE name = :name", { name: MEMBER }) ?? {};
  if (typeof value === "string") return value;
  const made = randomBytes(16).toString("hex");
  db.write(() => db.run("INSERT INTO facts (name, value) VALUES (:name, :value)", { name: MEMBER, value: made }));
  return made;
}
