import { refuseFormerNames } from "@lloom/protocol/environment";
import { type HttpEndpoint, httpEndpoint } from "@lloom/protocol/http-endpoint";
import { LloomError } from "@lloom/protocol/lloom-error";
import { type NetworkBook, networkNamed } from "@lloom/protocol/networks";

/**
 * The explorer's settings, read from the environment when the server runs and never when it is built, so that one build
 * serves any network.
 */
export interface Settings {
  readonly indexer: HttpEndpoint;
  /** Where visitors may ask the index, as the API page tells them; undefined where they are told none. */
  readonly publicIndexer: string | undefined;
  /** Where a visitor's wallet that does not know the chain is told to reach it; undefined where it is told none. */
  readonly publicRpc: string | undefined;
  /** Who says what is offered now and who answers; undefined where nobody observes. */
  readonly observer: HttpEndpoint | undefined;
  /** Multiaddrs of validators that pages ask for offers; empty where they are told none. */
  readonly bootstrap: readonly string[];
  /** What the network is called on the page. */
  readonly networkName: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_INDEXER = "http://127.0.0.1:42069";
const MAX_LABEL_LENGTH = 40;
const MOST_VALIDATORS = 16;
const MULTIADDR = /^(?:\/[\w.:-]+)+$/;

/** A wrong address is not repeated: it may hold a key or a password, and others read the log. */
function readServer(name: string, text: string): HttpEndpoint {
  const endpoint = httpEndpoint(text.replace(/\/+$/, ""));
  if (endpoint !== undefined) return endpoint;
  throw new LloomError("CONFIG_INVALID", `${name} is no http or https address.`, {
    next: `Set ${name} to one such as ${DEFAULT_INDEXER}; what it says is not shown, since it may hold a key.`,
  });
}

/** It is told to everybody, so that it may hold neither password nor key. */
function readPublic(name: string, text: string | undefined): string | undefined {
  if (!text) return undefined;
  const { href, authorization } = readServer(name, text);
  if (authorization === undefined && !href.includes("?")) return href.replace(/\/$/, "");
  throw new LloomError("CONFIG_INVALID", `${name} holds a password or parameters, and is shown to everybody.`, {
    next: "Set it to the bare address at which visitors reach it, or unset it.",
  });
}

/** Those that no page can dial stay in the list: a page says so. */
function readBootstrap(text: string | undefined): readonly string[] {
  const addresses = (text ?? "").split(",").map((one) => one.trim());
  const given = addresses.filter((one) => one !== "");
  if (given.length <= MOST_VALIDATORS && given.every((one) => MULTIADDR.test(one))) return given;
  throw new LloomError("CONFIG_INVALID", `LLOOM_BOOTSTRAP is no list of at most ${MOST_VALIDATORS} multiaddrs.`, {
    next: "Set it to addresses of validators with commas between, such as /dns4/one.example/tcp/443/tls/ws/p2p/16Uiu2…, or unset it.",
  });
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

/** What the address book calls the network; all else that it knows, the index says itself. */
function readNetwork(env: Environment, book: NetworkBook | undefined): string | undefined {
  const name = env["LLOOM_NETWORK"]?.trim();
  if (name) networkNamed(name, book, "unset LLOOM_NETWORK, and set LLOOM_NETWORK_NAME to what pages shall call it");
  return name;
}

/** Settings out of an environment. Throws LloomError CONFIG_INVALID that names the first variable that cannot be used. */
export function parseSettings(env: Environment, book?: NetworkBook): Settings {
  refuseFormerNames(env);
  return {
    indexer: readServer("LLOOM_INDEXER_URL", env["LLOOM_INDEXER_URL"] || DEFAULT_INDEXER),
    publicIndexer: readPublic("LLOOM_PUBLIC_INDEXER_URL", env["LLOOM_PUBLIC_INDEXER_URL"]),
    publicRpc: readPublic("LLOOM_PUBLIC_RPC_URL", env["LLOOM_PUBLIC_RPC_URL"]),
    observer: env["LLOOM_OBSERVER_URL"] ? readServer("LLOOM_OBSERVER_URL", env["LLOOM_OBSERVER_URL"]) : undefined,
    bootstrap: readBootstrap(env["LLOOM_BOOTSTRAP"]),
    networkName: readLabel(env, "LLOOM_NETWORK_NAME", readNetwork(env, book) || "devnet"),
  };
}

/** The settings of this process. */
export const settings = (): Settings => parseSettings(process.env);
