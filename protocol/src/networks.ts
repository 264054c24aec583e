import type { PaymentToken } from "./amounts.ts";
import type { Address } from "./commitment-types.ts";
import { NETWORKS } from "./generated/networks.ts";
import { LloomError } from "./lloom-error.ts";

/** A deployment that people use, as the repository's address book has it. */
export interface KnownNetwork {
  readonly chainId: number;
  /** First block that can hold an event of its contracts. */
  readonly startBlock: number;
  readonly paymentToken: PaymentToken;
  /** By contract name. */
  readonly contracts: {
    readonly AccountingV2: Address;
    readonly StakeRegistry: Address;
    readonly Audits: Address;
    readonly [name: string]: Address;
  };
}

/** Known networks by their names. */
export type NetworkBook = Readonly<Record<string, KnownNetwork>>;

/** A network by its name. Throws CONFIG_INVALID that lists the names there are, and says what to do instead. */
export function networkNamed(
  name: string,
  book: NetworkBook = NETWORKS,
  instead = "give the addresses themselves",
): KnownNetwork {
  const known = Object.hasOwn(book, name) ? book[name] : undefined;
  if (known !== undefined) return known;
  const names = Object.keys(book);
  throw new LloomError("CONFIG_INVALID", `The address book has no network "${name}".`, {
    next: names.length === 0 ? `It is empty as yet: ${instead}.` : `It has ${names.join(", ")}; or ${instead}.`,
  });
}
