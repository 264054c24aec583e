import { askTool } from "./ask-tool.ts";
import { executorTool } from "./executor-tool.ts";
import { modelsTool } from "./models-tool.ts";
import { quoteTool } from "./quote-tool.ts";
import { receiptTool } from "./receipt-tool.ts";
import type { McpTool } from "./tool.ts";

/** Every tool, in the order in which it is told. */
export const TOOLS: readonly McpTool[] = [askTool, modelsTool, quoteTool, receiptTool, executorTool];
