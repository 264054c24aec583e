import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect } from "vitest";

/** How long a tool may take. */
const DUE_MS = 120_000;

interface Host {
  readonly folder: string;
  readonly environment: Record<string, string>;
}

/** A host of MCP servers, by the official client: starts `lloom mcp` as the page says, asks, and holds what it gets against itself. */
export async function askByTools({ folder, environment }: Host): Promise<void> {
  const client = new Client({ name: "reader", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  const args = ["mcp", "--budget", "0.5"];
  await client.connect(
    new StdioClientTransport({ command: join(folder, "lloom"), args, cwd: folder, env: environment, stderr: "ignore" }),
  );
  const call = async (name: string, given: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const { structuredContent, content } = await client.callTool({ name, arguments: given }, { timeout: DUE_MS });
    return (structuredContent as Record<string, unknown>) ?? expect.fail(JSON.stringify(content));
  };
  try {
    const question = { model: "lloom-tiny", prompt: "What is Lloom?", max_tokens: 16 };
    const { most } = await call("quote", question);
    const { text: answer, lloom } = await call("ask", { ...question, max_cost: String(Number(most) * 10) });
    const { receipt, executor: address } = lloom as { readonly receipt: object; readonly executor: string };
    const texts = { prompt: question.prompt, answer };
    expect(await call("verify_receipt", { receipt, ...texts })).toMatchObject({ valid: true, executor: address });
    expect(await call("verify_receipt", { receipt, ...texts, answer: "no" })).toMatchObject({ valid: false });
    expect(await call("executor", { address })).toMatchObject({
      ...{ role: "executor", active: true, cheated: false, reputation: { grade: expect.any(String) } },
      offers: [{ model: "lloom-tiny" }],
    });
    const unpaid = await client.callTool({ name: "ask", arguments: { ...question, max_cost: "0.000001" } });
    expect(unpaid).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^INSUFFICIENT_FUNDS/) }] });
  } finally {
    await client.close();
  }
}
