import type { Locator, Page } from "playwright-core";
import type { InjectedWallet } from "../support/injected-wallet.ts";
import { open, type Visit } from "./explorer-dispute-page.ts";
import type { StagedDisputes } from "./staged-disputes.ts";

/** Base units of a token. */
export const UNIT = 1_000_000n;
export const DAY_SECONDS = 86_400;

/** A page with a wallet in it. */
export interface Desk extends Visit {
  /** Waits until the index has all blocks that there are. */
  readonly indexed: () => Promise<void>;
  readonly wallet: InjectedWallet;
  readonly staged: StagedDisputes;
}

export const id = (desk: { readonly page: Page }, testId: string): Locator =>
  desk.page.locator(`[data-testid="${testId}"]`);
export const lower = (address: string): string => address.toLowerCase();

export const free = async ({ staged: { market } }: Desk, address: string): Promise<bigint> =>
  (await market.accounting.read("balanceOf", address)) as bigint;
export const tokens = async ({ staged: { market } }: Desk, address: string): Promise<bigint> =>
  (await market.token.read("balanceOf", address)) as bigint;

/** Opens an action with its fields filled, and asks for its review. */
export async function review(desk: Desk, action: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const { page, wallet } = desk;
  const link = page.locator(`nav[aria-label="Actions"] a[href$="do=${action}"]:not([aria-current])`);
  const isOpen =
    (await page.locator(`[data-testid="account-facts"][data-address="${lower(wallet.account.address)}"]`).count()) > 0;
  if (isOpen && (await link.count()) > 0) await link.click();
  else await open(desk, `/account?do=${action}`);
  await page.locator(`[data-testid="action"][data-action="${action}"][data-phase="form"]`).waitFor();
  await page.locator('[data-testid="account-facts"]').waitFor();
  await fill(desk, fields);
}

export async function fill(desk: Desk, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(fields)) await desk.page.locator(`[name="${name}"]`).fill(text);
  await id(desk, "action-review").click();
}

/** Confirms what is reviewed, and waits until the chain has done it. */
export async function confirm(desk: Desk): Promise<void> {
  await id(desk, "plan-confirm").click();
  await desk.page.locator('[data-testid="action"][data-phase="done"]').waitFor();
}

export async function act(desk: Desk, action: string, fields: Readonly<Record<string, string>> = {}): Promise<string> {
  await review(desk, action, fields);
  const effects = await id(desk, "plan-effects").innerText();
  await confirm(desk);
  return effects;
}

export const problem = (desk: Desk, name: string, words: RegExp) =>
  desk.page.locator(`[data-testid="problem-${name}"]`, { hasText: words }).waitFor();
export const told = (desk: Desk, words: RegExp) =>
  desk.page.locator('[data-testid="wallet-problem"]', { hasText: words }).waitFor();
