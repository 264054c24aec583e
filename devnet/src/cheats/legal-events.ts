import type { JsonRpcProvider, Log } from "ethers";
import {
  accountingInterface,
  audits,
  delivery,
  equivocation,
  jury,
  measured,
  stakeRegistryInterface,
} from "../../../node/src/chain/contracts.ts";
import { eventOf } from "../../../node/src/chain/watch/events.ts";
import type { LegalEvent } from "./verdict-words.ts";

const INTERFACES = [
  ...[accountingInterface, stakeRegistryInterface],
  ...[audits, delivery, equivocation, measured, jury].map(({ parsed }) => parsed),
];

/** A commitment hides whom it is about, and a chain of preimages is about all: that is their purpose. */
const ALWAYS: ReadonlySet<string> = new Set(["ReportCommitted", "ChainRegistered"]);

export interface LegalEventsOptions {
  readonly provider: JsonRpcProvider;
  /** Whom they are about. */
  readonly executor: string;
  readonly fromBlock: number;
}

/** What the contracts tell about one executor and about the disputes that it is a party to, block by block. */
export class LegalEvents {
  readonly #options: LegalEventsOptions;
  readonly #disputes = new Set<string>();
  #next: number;

  constructor(options: LegalEventsOptions) {
    this.#options = options;
    this.#next = options.fromBlock;
  }

  /** Those that came since the last time, oldest first. */
  async read(): Promise<LegalEvent[]> {
    const { provider } = this.#options;
    const head = await provider.getBlockNumber();
    if (head < this.#next) return [];
    const logs = await provider.getLogs({ fromBlock: this.#next, toBlock: head });
    this.#next = head + 1;
    return logs.map(parse).filter((event) => event !== undefined && this.#isAbout(event)) as LegalEvent[];
  }

  #isAbout({ name, args }: LegalEvent): boolean {
    const party = [args["executor"], args["member"]].some(
      (address) => String(address).toLowerCase() === this.#options.executor.toLowerCase(),
    );
    const dispute = args["id"];
    if (party && typeof dispute === "string") this.#disputes.add(dispute);
    return party || ALWAYS.has(name) || (typeof dispute === "string" && this.#disputes.has(dispute));
  }
}

function parse(log: Log): LegalEvent | undefined {
  for (const one of INTERFACES) {
    const parsed = one.parseLog(log);
    if (parsed !== null) return { name: parsed.name, args: eventOf(parsed) };
  }
  return undefined;
}
