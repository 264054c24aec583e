import { styleText } from "node:util";
import { formatAmount } from "@lloom/protocol/amounts";

const TOKEN = { symbol: "tUSD", decimals: 6 };

export const bold = (text: string): string => styleText("bold", text);
/** An amount of the devnet's token, for people. */
export const money = (amount: bigint): string => `${formatAmount(amount, TOKEN.decimals)} ${TOKEN.symbol}`;
