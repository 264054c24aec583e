import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What somebody hands in to have a contract's sources shown. */
export interface Submission {
  readonly explorer: "etherscan" | "blockscout" | "sourcify";
  readonly address: string;
  /** Standard JSON input of the compiler. */
  readonly input: string;
  /** `source:Contract`. */
  readonly contract: string;
  readonly compilerVersion: string;
  /** Hex without 0x; Sourcify finds them itself. */
  readonly constructorArguments: string | undefined;
}

/** What explorers call a match, or why there is none. */
export type Match = "exact_match" | "match" | { readonly problem: string };

/** A block explorer that speaks the APIs of Etherscan (v2), Blockscout and Sourcify as far as a verification needs. */
export interface ExplorerServer extends AsyncDisposable {
  readonly url: string;
  readonly submissions: readonly Submission[];
}

/** Starts an explorer; `judge` says how well the sources match the contract. */
export async function startExplorer(judge: (given: Submission) => Promise<Match>): Promise<ExplorerServer> {
  const submissions: Submission[] = [];
  const keys = new Set<string>();
  const server = createServer((request, response) => void answer(request, response));
  const submit = (given: Submission): string => `job-${submissions.push(given) - 1}`;
  const verdict = async (job: string): Promise<Match> => {
    const given = submissions[Number(job.replace("job-", ""))];
    return given === undefined ? { problem: "there is no such job" } : await judge(given);
  };
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const [, explorer, ...path] = url.pathname.split("/");
    const body = await text(request);
    const end = (status: number, value: unknown): void =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (explorer === "sourcify") return end(...(await sourcify(path, body)));
    if (explorer === "etherscan" && url.searchParams.get("chainid") !== "11155111")
      return end(200, { status: "0", message: "NOTOK", result: "Missing or unsupported chainid parameter" });
    if (explorer === "etherscan") keys.add(url.searchParams.get("apikey") ?? "");
    end(200, await etherscan(explorer as Submission["explorer"], url.searchParams, body));
  }
  async function etherscan(explorer: Submission["explorer"], query: URLSearchParams, body: string): Promise<unknown> {
    const failed = (result: string) => ({ status: "0", message: "NOTOK", result });
    const good = (result: string) => ({ status: "1", message: "OK", result });
    const action = query.get("action");
    if (action === "getsourcecode") return failed("Contract source code not verified");
    if (action === "checkverifystatus")
      return typeof (await verdict(query.get("guid") ?? "")) === "string"
        ? good("Pass - Verified")
        : failed("Fail - Unable to verify");
    const form = new URLSearchParams(body);
    const field = (name: string): string => form.get(name) ?? "";
    if (field("codeformat") !== "solidity-standard-json-input") return failed("Invalid codeformat");
    return good(
      submit({
        explorer,
        address: field("contractaddress"),
        input: field("sourceCode"),
        contract: field("contractname"),
        compilerVersion: field("compilerversion"),
        constructorArguments: field("constructorArguments"),
      }),
    );
  }
  /** GET v2/contract/CHAIN/ADDRESS, POST v2/verify/CHAIN/ADDRESS, GET v2/verify/JOB. */
  async function sourcify(
    [, what, first = "", address = ""]: readonly string[],
    body: string,
  ): Promise<[number, unknown]> {
    const unverified = { match: null, creationMatch: null, runtimeMatch: null, chainId: first, address };
    if (what === "contract") return [404, unverified];
    if (address === "") {
      const match = await verdict(first);
      const contract = { ...unverified, ...(typeof match === "string" && { match }) };
      const error =
        typeof match === "string" ? {} : { error: { customCode: "no_match", message: match.problem, errorId: "1" } };
      return [200, { isJobCompleted: true, verificationId: first, jobStartTime: "now", contract, ...error }];
    }
    const { stdJsonInput, contractIdentifier, compilerVersion } = JSON.parse(body) as Record<string, unknown>;
    const job = submit({
      explorer: "sourcify",
      address,
      input: JSON.stringify(stdJsonInput),
      contract: String(contractIdentifier),
      compilerVersion: String(compilerVersion),
      constructorArguments: undefined,
    });
    return [202, { verificationId: job }];
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    submissions,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
