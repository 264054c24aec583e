"use client";

import { type DragEvent, type FormEvent, useId, useState } from "react";
import { MOST_MEBIBYTES } from "../../lib/verify/examine.ts";

interface ReceiptInputProps {
  readonly onFile: (file: Blob, name: string) => void;
  readonly onText: (text: string) => void;
}

const BUTTON =
  "rounded-md bg-ink px-3.5 py-1.5 text-[0.875rem] font-medium text-paper hover:opacity-90 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-indigo";

/** Takes a receipt: dropped, chosen, or pasted. What it is given stays in the browser. */
export function ReceiptInput({ onFile, onText }: ReceiptInputProps) {
  const id = useId();
  const [isOver, setOver] = useState(false);
  const take = (files: FileList | null): void => {
    const file = files?.item(0);
    if (file) onFile(file, file.name);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const text = event.dataTransfer.getData("text/plain");
    if (event.dataTransfer.files.length > 0) take(event.dataTransfer.files);
    else if (text !== "") onText(text);
  };
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onText(String(new FormData(event.currentTarget).get("receipt") ?? ""));
  };
  return (
    <form onSubmit={onSubmit} className="needs-code grid gap-4 p-4">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one of three ways; the others go by keyboard. */}
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
        data-testid="receipt-drop"
        className={`flex flex-wrap items-center gap-x-4 gap-y-2 rounded-md border border-dashed px-4 py-5 ${isOver ? "border-indigo bg-indigo-wash" : "border-line-strong"}`}
      >
        <label className={`${BUTTON} cursor-pointer`}>
          Choose a file
          <input
            type="file"
            accept=".json,application/json"
            className="sr-only"
            data-testid="receipt-file"
            onChange={({ currentTarget }) => {
              take(currentTarget.files);
              currentTarget.value = "";
            }}
          />
        </label>
        <p className="text-[0.875rem] text-ink-soft">
          or drop it here: a receipt, or an answer that holds one, of at most {MOST_MEBIBYTES} MiB.
        </p>
      </div>
      <div>
        <label htmlFor={id} className="text-[0.875rem] text-ink-soft">
          Or paste its JSON, or the header x-lloom-receipt
        </label>
        <textarea
          id={id}
          name="receipt"
          rows={6}
          spellCheck={false}
          autoComplete="off"
          className="mt-1 block w-full rounded-md border border-line-strong bg-surface px-3 py-2 font-mono text-[0.8125rem] text-ink"
        />
      </div>
      <button type="submit" className={`${BUTTON} justify-self-start`}>
        Check
      </button>
    </form>
  );
}
