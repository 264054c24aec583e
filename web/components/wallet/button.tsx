import type { ButtonHTMLAttributes } from "react";

const LOOKS = {
  main: "bg-ink text-paper hover:opacity-90",
  second: "border border-line-strong text-ink hover:bg-raised",
} as const;

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: keyof typeof LOOKS;
}

/** Something that happens at a press. */
export const Button = ({ look = "main", type = "button", ...others }: ButtonProps) => (
  <button
    {...others}
    type={type}
    className={`rounded-md px-3.5 py-1.5 text-[0.875rem] font-medium disabled:opacity-60 ${LOOKS[look]}`}
  />
);
