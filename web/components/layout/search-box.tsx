"use client";

import Form from "next/form";
import { type FormEvent, useEffect, useRef } from "react";
import { handOver } from "../../lib/verify/handed-over.ts";
import { receiptTextOf } from "../../lib/verify/receipt-text.ts";

/** Whether a key press is meant for something that takes text. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Characters that are taken: a receipt's, which has some thousands. */
const MOST_CHARACTERS = 200_000;

/**
 * One box for everything that has a page: address, transaction, block, settlement, dispute, peer id, model; and a receipt, which is checked
 * without leaving this browser. `/` puts the cursor in it.
 */
export function SearchBox({ initial = "" }: { readonly initial?: string }) {
  const input = useRef<HTMLInputElement>(null);
  const onSubmit = (event: FormEvent): void => {
    const receipt = receiptTextOf(input.current?.value ?? "");
    if (receipt === undefined || !handOver(receipt)) return;
    event.preventDefault();
    if (input.current !== null) input.current.value = "";
    // Loaded whole: the page that is open may be that very page, or one that may ask others.
    location.assign("/verify");
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <search>
      <Form action="/search" className="relative w-full" onSubmit={onSubmit}>
        <label htmlFor="search" className="sr-only">
          Search by address, transaction, block, settlement, dispute, peer id, model or receipt
        </label>
        <svg
          viewBox="0 0 20 20"
          className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-ink-faint"
          aria-hidden="true"
        >
          <circle cx="9" cy="9" r="5.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
          <path d="m13 13 4 4" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
        </svg>
        <input
          ref={input}
          id="search"
          name="q"
          type="search"
          defaultValue={initial}
          maxLength={MOST_CHARACTERS}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder="Address, hash, block, model, receipt"
          className="h-9 w-full rounded-md border border-line bg-surface pr-9 pl-8 text-[0.875rem] text-ink placeholder:text-ink-faint hover:border-line-strong"
        />
        <span
          aria-hidden="true"
          className="pointer-events-none absolute top-1/2 right-2 hidden -translate-y-1/2 rounded border border-line px-1.5 font-mono text-[0.6875rem] text-ink-faint sm:block"
        >
          /
        </span>
      </Form>
    </search>
  );
}
