import {
  accountingV2Abi,
  auditsAbi,
  deliveryDisputesAbi,
  equivocationDisputesAbi,
  juryAbi,
  measuredDisputesAbi,
  stakeRegistryAbi,
} from "@lloom/protocol/generated/abi";
import { Interface, type JsonRpcProvider, type Log } from "ethers";
import type { LegalEvent } from "./verdict-words.ts";

const INTERFACES = [
  accountingV2Abi,
  stakeRegistryAbi,
  auditsAbi,
  deliveryDisputesAbi,
  equivocationDisputesAbi,
  measuredDisputesAbi,
  juryAbi,
].map((abi) => new Interface(abi));

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
    if (parsed === null) continue;
    const args = Object.fromEntries(parsed.fragment.inputs.map(({ name }, index) => [name, parsed.args[index]]));
    return { name: parsed.name, args, transactionHash: log.transactionHash };
  }
  return undefined;
}
