/** Whether a member counts: registered, with at least its role's minimum at stake. */
export function Standing({ active, registered }: { readonly active: boolean; readonly registered: boolean }) {
  const wording = active
    ? { text: "Active", dot: "bg-verdigris", title: "Registered, with at least the minimum at stake" }
    : registered
      ? { text: "Below minimum", dot: "bg-weld", title: "Registered, with less than the minimum at stake" }
      : { text: "Not registered", dot: "bg-line-strong", title: "Was paid or staked without having registered" };
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap" title={wording.title}>
      <span className={`size-2 rounded-full ${wording.dot}`} aria-hidden="true" />
      {wording.text}
    </span>
  );
}
