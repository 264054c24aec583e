import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { Earnings } from "../../chain/read/earnings.ts";
import type { Member, SessionSigner } from "../../chain/reads.ts";
import type { ClockEvidence } from "../../clock/clock-evidence.ts";
import type { LloomError } from "../../errors.ts";
import type { Reachability } from "../../p2p/reach/keep-reachable.ts";
import type { Duty } from "../../store/duty-log.ts";
import type { JudgingProblem } from "../../store/validator/judging-problems.ts";
import type { ModelStanding } from "../market/competition.ts";
import type { Role, RunningRoles } from "../open/running.ts";

export interface SettingsFacts {
  /** Why file, environment and flags make no settings; then all else is looked at with the defaults. */
  readonly problem: LloomError | undefined;
  /** The configuration file that decides the network, if one does. */
  readonly networkFile: string | undefined;
  readonly dataDir: string;
  readonly directory: "private" | "readable" | "unwritable" | "missing";
}

export interface SecretFile {
  readonly path: string;
  readonly problem: LloomError | undefined;
  /** Others of this machine may read it. */
  readonly isOpen: boolean;
}

export interface KeystoreFacts {
  readonly exists: boolean;
  readonly keystore: SecretFile;
  /** As the file says. */
  readonly address: Address | undefined;
  /** Undefined: the terminal asks. */
  readonly passwordFile: SecretFile | undefined;
  /** Why the password of that file does not open the keystore; undefined where it does, or where there is none to try. */
  readonly locked: LloomError | undefined;
}

export interface LogFacts {
  readonly path: string;
  readonly problem: LloomError | undefined;
  /** Whose it is: chain, contract, account; undefined for one without an owner. */
  readonly scope: string | undefined;
}

export interface LogsFacts {
  readonly logs: readonly LogFacts[];
  readonly address: Address | undefined;
  readonly accounting: Address | undefined;
  readonly dataDir: string;
}

export interface DiskFacts {
  readonly directory: string;
  /** Undefined where nobody can tell. */
  readonly freeBytes: number | undefined;
}

export interface ServiceFacts {
  readonly roles: ReadonlySet<Role>;
  readonly running: RunningRoles;
  /** What its `/ready` says; undefined where none is served or known. */
  readonly ready: { readonly url: string; readonly reason: string | undefined } | undefined;
}

export interface ChainFacts {
  readonly chainId: bigint;
  readonly accounting: Address;
  readonly isLocal: boolean;
  readonly block: number;
  /** By this machine's clock. */
  readonly blockAgeMs: number;
  readonly answerMs: number;
}

export interface ContractsFacts {
  readonly contracts: readonly {
    readonly name: string;
    readonly address: Address;
    readonly hasCode: boolean;
    /** What names it, where settings do. */
    readonly variable?: string;
  }[];
}

/** The token of payment, and how amounts of it are shown. */
export interface Unit {
  readonly shown: (amount: bigint) => string;
  /** As a command line takes it. */
  readonly plain: (amount: bigint) => string;
}

export interface AccountFacts {
  readonly address: Address;
  readonly roles: ReadonlySet<Role>;
  readonly isLocal: boolean;
  /** Wei. */
  readonly gas: bigint;
  /** Wei that the dearest of its usual transactions may take now. */
  readonly gasNeeded: bigint;
  /** Transactions of the account that are sent and not mined. */
  readonly pending: number;
  /** When the oldest call was sent that this data directory remembers; undefined without one. */
  readonly oldestCallMs: number | undefined;
  /** The command that sent that call; undefined of a node's own. */
  readonly oldestCommand: string | undefined;
  readonly running: RunningRoles;
  readonly nowMs: number;
}

export interface StakeFacts {
  readonly roles: ReadonlySet<Role>;
  readonly member: Member;
  readonly minimum: bigint;
  /** Tokens in the wallet. */
  readonly balance: bigint;
  readonly nowSeconds: bigint;
  readonly unit: Unit;
  readonly isLocal: boolean;
}

export interface MoneyFacts {
  readonly roles: ReadonlySet<Role>;
  readonly running: RunningRoles;
  readonly deposit: bigint;
  readonly balance: bigint;
  readonly isLocal: boolean;
  /** Undefined where the RPC server does not let the past be searched. */
  readonly channels:
    | readonly { readonly peer: Address; readonly balance: bigint; readonly unlockAt: bigint }[]
    | undefined;
  readonly earnings: Earnings;
  /** What clients owe by the executor's log; undefined without one. */
  readonly owed:
    | { readonly total: bigint; readonly oldestAtMs: number | undefined; readonly writtenOff: bigint }
    | undefined;
  readonly nowSeconds: bigint;
  /** Whose session key this key is; undefined for one of nobody. */
  readonly session: SessionSigner | undefined;
  readonly nowMs: number;
  readonly unit: Unit;
}

export interface PortFacts {
  readonly address: string;
  readonly flag: "listen" | "port" | "metrics-port";
  readonly port: number;
  /** `answers`: somebody listens there. */
  readonly state: "free" | "answers" | "refused";
  /** Why it could not be bound. */
  readonly problem: string | undefined;
}

export interface PortsFacts {
  readonly roles: ReadonlySet<Role>;
  readonly running: RunningRoles;
  readonly ports: readonly PortFacts[];
}

export interface PeersFacts {
  readonly bootstrap: readonly { readonly address: string; readonly problem: string | undefined }[];
  readonly connected: number;
}

export interface ClockFacts {
  readonly evidence: ClockEvidence;
  readonly platform: NodeJS.Platform;
}

export interface ReachFacts {
  readonly found: Reachability;
  /** Whose word it is: of the node that runs, or of a try just now. */
  readonly by: "node" | "try";
  readonly listen: readonly string[];
  readonly role: Role;
  /** The network reaches farther than what the node listens on. */
  readonly isTooNear: boolean;
}

export interface OffersFacts {
  readonly isRunning: boolean;
  readonly own: readonly { readonly model: string; readonly validUntil: bigint }[];
  /** Executors that the network tells offers of. */
  readonly executors: number;
  /** Of each own model, among the executors that have a stake. */
  readonly standings: readonly Pick<ModelStanding, "model" | "offers" | "rank" | "next">[];
  readonly unit: Unit;
}

export interface BackendFacts {
  /** As the settings say it. */
  readonly backend: string;
  readonly isRunning: boolean;
  readonly models: readonly {
    readonly model: string;
    readonly problem: LloomError | undefined;
    readonly tookMs: number;
  }[];
  /** Names of the settings that the backend does not list. */
  readonly missing: readonly string[];
  /** It was not asked, since the node that runs has it loaded. */
  readonly isLeftAlone: boolean;
}

/** A seat on a jury that votes now. */
export interface SeatFacts {
  readonly dispute: Hex;
  readonly phase: "commit" | "reveal";
  /** The step of the phase is done. */
  readonly isDone: boolean;
  /** Chain seconds. */
  readonly until: bigint;
}

export interface DutiesFacts {
  readonly running: RunningRoles;
  readonly duties: readonly Duty[];
  readonly seats: readonly SeatFacts[];
  readonly unjudged: readonly JudgingProblem[];
  /** Whether a validator that wants to be drawn is on the list; undefined for whoever is none. */
  readonly isEnlisted: boolean | undefined;
  readonly nowSeconds: bigint;
}

export interface IndexFacts {
  readonly origin: string;
  readonly head: number;
  readonly chainHead: number;
}
