import { refuseFormerNames } from "@lloom/protocol/environment";
import { LloomError } from "@lloom/protocol/lloom-error";

/**
 * The explorer's settings, read from the environment when the server runs and never when it is built, so that one build
 * serves any network.
 */
export interface Settings {
  /** Where the indexer listens, without a trailing slash. */
  readonly indexerUrl: string;
  /** A JSON-RPC endpoint of the chain; with it the freshness badge can tell how far the indexer is behind. */
  readonly rpcUrl: string | undefined;
  /** What the network is called on the page. */
  readonly networkName: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const MAX_LABEL_LENGTH = 40;

function readUrl(env: Environment, name: string, fallback: string | undefined): string | undefined {
  const text = env[name] || fallback;
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new LloomError(
      "CONFIG_INVALID",
      `${name} is "${text}"; set it to an http or https address such as http://127.0.0.1:42069.`,
    );
  }
  return text.replace(/\/+$/, "");
}

function readLabel(env: Environment, name: string, fallback: string): string {
  const text = (env[name] || fallback).trim();
  if (text.length === 0 || text.length > MAX_LABEL_LENGTH) {
    throw new LloomError(
      "CONFIG_INVALID",
      `${name} has ${text.length} characters; set it to a name of 1 to ${MAX_LABEL_LENGTH}.`,
    );
  }
  return text;
}

/** Settings out of an environment. Throws LloomError CONFIG_INVALID that names the first variable that cannot be used. */
export function parseSettings(env: Environment): Settings {
  refuseFormerNames(env);
  return {
    indexerUrl: readUrl(env, "LLOOM_INDEXER_URL", "http://127.0.0.1:42069") ?? "",
    rpcUrl: readUrl(env, "LLOOM_RPC_URL", undefined),
    networkName: readLabel(env, "LLOOM_NETWORK_NAME", "devnet"),
  };
}

/** The settings of this process. */
export const settings = (): Settings => parseSettings(process.env);
