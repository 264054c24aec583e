import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { httpEndpoint } from "../../protocol/src/http-endpoint.ts";

/**
 * Looks at what the chosen network takes from the environment or the keystore before Hardhat does, which names neither the
 * variable nor what it should be. Values are not repeated: they may be keys.
 * @throws ExplainedError for what is there and wrong; Hardhat's own error for what is not there.
 */
export async function requireSettings({ config, globalOptions }: HardhatRuntimeEnvironment): Promise<void> {
  const network = config.networks[globalOptions.network ?? "default"];
  if (network?.type !== "http") return;
  if (httpEndpoint(await network.url.get()) === undefined)
    throw new ExplainedError(
      "LLOOM_RPC_URL is no http or https address.",
      "Set it to one such as https://rpc.example; what it says is not shown here, since it may hold a key.",
    );
  if (!Array.isArray(network.accounts)) return;
  for (const key of network.accounts)
    if (!/^(0x)?[0-9a-f]{64}$/i.test(await key.get()))
      throw new ExplainedError(
        "LLOOM_DEPLOYER_KEY is no private key.",
        "It has 0x and 64 hex digits; what it says is not shown here.",
      );
}

/** What answers Ignition's questions where nobody can. */
const ANSWERS = { deploy: "HARDHAT_IGNITION_CONFIRM_DEPLOYMENT", reset: "HARDHAT_IGNITION_CONFIRM_RESET" } as const;

export interface Asking {
  /** Whether an earlier deployment is forgotten, which Ignition asks about too. */
  readonly isFresh: boolean;
  readonly isTerminal?: boolean;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Ignition asks whether it may deploy to a chain that is not for development. Where there is no terminal the process would end
 * while it waits, without a word about the question.
 * @throws ExplainedError that names the variables that answer.
 */
export function requireAnswers({
  isFresh,
  isTerminal = process.stdin.isTTY === true,
  environment = process.env,
}: Asking): void {
  const asked = isFresh ? [ANSWERS.deploy, ANSWERS.reset] : [ANSWERS.deploy];
  const open = asked.filter((name) => environment[name] === undefined);
  if (isTerminal || open.length === 0) return;
  throw new ExplainedError(
    "There is no terminal to ask at whether this may be deployed.",
    `If it may, set ${open.map((name) => `${name}=1`).join(" and ")}.`,
  );
}

/** Hardhat's own words about settings and connections do not say which ways there are to give them. Undefined for others. */
export function settingProblem(said: string, thrown: unknown): ExplainedError | undefined {
  const missing = /Configuration Variable "(\w+)" not found/.exec(said)?.[1];
  const hardware = missing === "LLOOM_DEPLOYER_KEY" ? " For a hardware wallet see docs/deploy.md." : "";
  if (missing !== undefined)
    return new ExplainedError(
      `${missing} is not set.`,
      `Keep it encrypted with "npx hardhat keystore set ${missing}", or set it in the environment.${hardware}`,
      thrown,
    );
  const network = /Cannot connect to the network "([^"]+)"/.exec(said)?.[1];
  if (network !== undefined)
    return new ExplainedError(
      `No chain answers at the address of ${network}.`,
      "Start one there, or set LLOOM_RPC_URL to a server that answers.",
      thrown,
    );
  const [, promised, found] = /set to use chain id "(\d+)", but connected to a chain with id "(\d+)"/.exec(said) ?? [];
  if (promised === undefined) return undefined;
  return new ExplainedError(
    `The RPC server is of chain ${found}, and --network means chain ${promised}.`,
    "Set LLOOM_RPC_URL to a server of that chain, or name the network of this one.",
    thrown,
  );
}
