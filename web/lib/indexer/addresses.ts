import type { Address } from "@lloom/protocol/commitment-types";
import { ask } from "../graphql.ts";
import type { Movement } from "../movements/movements.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { hex } from "../readers.ts";
import {
  ADDRESS,
  CLIENT,
  type Client,
  EXECUTOR,
  type Executor,
  NETWORK,
  SESSION_SIGNER,
  type SessionSigner,
  VALIDATOR,
  type Validator,
} from "../rows.ts";
import { readItems, readRowOrNull, selection } from "../shapes.ts";
import { readMovements, selectMovements } from "./movements.ts";
import { NETWORK_ROW, rows } from "./query-parts.ts";

const CONTRACTS = {
  accounting: NETWORK.accounting,
  stakeRegistry: NETWORK.stakeRegistry,
  audits: hex,
  paymentToken: hex,
  treasury: hex,
} as const;
/** Everything that an address is in this network. */
export interface AddressPage {
  readonly client: Client | undefined;
  readonly executor: Executor | undefined;
  readonly validator: Validator | undefined;
  /** For whom it signs. */
  readonly signer: SessionSigner | undefined;
  /** Keys that sign for it. */
  readonly keys: readonly SessionSigner[];
  /** Which of the network's contracts it is, or its treasury. */
  readonly contract: string | undefined;
  /** Its money's newest movements. */
  readonly movements: readonly Movement[];
}

const CONTRACT_WORDS = {
  accounting: "AccountingV2, which holds deposits, channels and earnings",
  stakeRegistry: "StakeRegistry, which holds stake and rewards",
  audits: "Audits, where validators report",
  paymentToken: "The payment token",
  treasury: "The treasury, which gets the rest of every slash",
} as const satisfies Readonly<Record<keyof typeof CONTRACTS, string>>;

const NEWEST = 20;

export const ADDRESS_PAGE = defineQuery({
  takes: { address: "String!" },
  fields: `client(address: $address) { ${selection(CLIENT)} } executor(address: $address) { ${selection(EXECUTOR)} }
    validator(address: $address) { ${selection(VALIDATOR)} } sessionSigner(address: $address) { ${selection(SESSION_SIGNER)} }
    ${rows(SESSION_SIGNER, `where: { principalAddress: $address }, orderBy: "authorizedAt", orderDirection: "desc", limit: 50`, "sessionSigners")}
    ${NETWORK_ROW} { ${selection(CONTRACTS)} } ${rows(ADDRESS, "where: { address: $address }, limit: 1", "judges")}
    ${selectMovements(
      {
        client: "clientAddress: $address",
        stake: "memberAddress: $address",
        earnings: "executorAddress: $address",
        rewards: "accountAddress: $address",
      },
      NEWEST,
    )}`,
  read: (data) => {
    const network = readRowOrNull(CONTRACTS, data["network"], "network");
    const isJudge = readItems(ADDRESS, data["judges"], "judges").length > 0;
    return {
      client: readRowOrNull(CLIENT, data["client"], "client"),
      executor: readRowOrNull(EXECUTOR, data["executor"], "executor"),
      validator: readRowOrNull(VALIDATOR, data["validator"], "validator"),
      signer: readRowOrNull(SESSION_SIGNER, data["sessionSigner"], "sessionSigner"),
      keys: readItems(SESSION_SIGNER, data["sessionSigners"], "sessionSigners"),
      movements: readMovements(data).slice(0, NEWEST),
      network,
      isJudge,
    };
  },
});

/** Everything that an address is and did; undefined for one that the network does not know. */
export async function readAddress(address: Address): Promise<IndexReply<AddressPage | undefined>> {
  const answer = await ask(ADDRESS_PAGE, { address });
  if (!answer.ok) return answer;
  const { network, isJudge, ...page } = answer.value;
  const name = Object.keys(CONTRACT_WORDS).find((key) => network?.[key as keyof typeof CONTRACTS] === address);
  const contract =
    name === undefined
      ? isJudge
        ? "A contract that may slash stake, named once for the whole deployment"
        : undefined
      : CONTRACT_WORDS[name as keyof typeof CONTRACT_WORDS];
  const isKnown = page.client ?? page.executor ?? page.validator ?? page.signer ?? contract;
  return { ok: true, value: isKnown === undefined ? undefined : { ...page, contract } };
}
