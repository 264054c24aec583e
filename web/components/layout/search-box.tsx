"use client";

import Form from "next/form";
import { useEffect, useRef } from "react";

/** Whether a key press is meant for something that takes text. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** One box for everything that has a page: address, transaction, settlement, dispute, peer id. `/` puts the cursor in it. */
export function SearchBox({ initial = "" }: { readonly initial?: string }) {
  const input = useRef<HTMLInputElement>(null);
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
      <Form action="/search" className="relative w-full">
        <label htmlFor="search" className="sr-only">
          Search by address, transaction, settlement, dispute or peer id
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
          maxLength={200}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder="Address, hash, dispute, peer id"
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
