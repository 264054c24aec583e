import { VERSION } from "../../version.ts";

/** What the gateway can do, by the name of the tool that does it. */
export interface Skill {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
}

export interface AgentCardFacts {
  readonly skills: readonly Skill[];
  /** Where the caller finds the gateway. */
  readonly url: string;
  readonly asksForKey: boolean;
}

/** The version of MCP by which it is asked first, and the page that defines it. */
const MCP = "2026-07-28";
const MCP_PAGE = `https://modelcontextprotocol.io/specification/${MCP}`;

/**
 * The gateway as an A2A agent card, version 1.0. It speaks no A2A, and says so: what it is asked by stands under the names of those
 * interfaces, as that version lets other protocols be named, and every skill is a tool of MCP.
 */
export const agentCard = ({ skills, url, asksForKey }: AgentCardFacts): object => ({
  name: "Lloom gateway",
  description:
    "Answers of language models, bought from a decentralized network of executors, each with its cost and a receipt that both sides have signed. Asked by MCP or OpenAI's API; it takes no A2A messages.",
  version: VERSION,
  documentationUrl: `${url}/llms.txt`,
  supportedInterfaces: [
    { url: `${url}/mcp`, protocolBinding: MCP_PAGE, protocolVersion: MCP },
    { url: `${url}/v1`, protocolBinding: `${url}/openapi.json`, protocolVersion: VERSION },
  ],
  capabilities: { streaming: false, pushNotifications: false, extendedAgentCard: false },
  ...(asksForKey && {
    securitySchemes: {
      bearer: { httpAuthSecurityScheme: { scheme: "Bearer", description: "An API key of this gateway" } },
      apiKey: { apiKeySecurityScheme: { location: "header", name: "x-api-key", description: "The same" } },
    },
    securityRequirements: [{ schemes: { bearer: { list: [] } } }, { schemes: { apiKey: { list: [] } } }],
  }),
  defaultInputModes: ["text/plain", "application/json"],
  defaultOutputModes: ["text/plain", "application/json"],
  skills: skills.map(({ name, title, description, tags }) => ({ id: name, name: title, description, tags: [...tags] })),
});
