import type { Metadata } from "next";
import Link from "next/link";
import { QuestionPanel } from "../../components/analytics/question-panel.tsx";
import { PageTitle } from "../../components/layout/page-title.tsx";
import { Panel } from "../../components/layout/panel.tsx";
import { askQuestion } from "../../lib/analytics/ask-question.ts";
import { chapters, givenOf, questionNamed } from "../../lib/analytics/question.ts";
import { laterNow } from "../../lib/chain-time.ts";
import { hrefWith, oneParam, type SearchParams } from "../../lib/list-query.ts";

export const metadata: Metadata = { title: "Questions of analysts" };

interface PageProps {
  readonly searchParams: Promise<SearchParams>;
}

/** All questions by chapter; the one that is open is marked. */
function Contents({ open }: { readonly open: string | undefined }) {
  return (
    <Panel title="Questions" note="each one query">
      <div className="grid gap-x-8 gap-y-4 px-4 py-3 sm:grid-cols-2 xl:grid-cols-4">
        {chapters().map(([chapter, questions]) => (
          <section key={chapter}>
            <h3 className="mb-1 text-[0.8125rem] text-ink-faint">{chapter}</h3>
            <ul className="space-y-0.5">
              {questions.map(({ id, title }) => (
                <li key={id}>
                  <Link
                    className="link inline-block py-0.5 aria-[current]:font-medium aria-[current]:text-ink"
                    href={hrefWith("/analytics", { q: id })}
                    prefetch={false}
                    aria-current={id === open ? "page" : undefined}
                    data-testid="analytics-question"
                  >
                    {title}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Panel>
  );
}

/** The questions of docs/analytics.md; the one that the address names is asked, and nothing else. */
export default async function AnalyticsPage({ searchParams }: PageProps) {
  const search = await searchParams;
  const question = questionNamed(oneParam(search, "q") ?? "");
  const given = question && givenOf(question, search, laterNow());
  const values = given?.map(({ value }) => value) ?? [];
  return (
    <>
      <PageTitle
        isTimeless
        lead="What analysts ask, each answered by one query of the index, from one block. Tests hold every answer against the contracts' own logs."
      >
        Questions of analysts
      </PageTitle>
      <div className="space-y-5">
        {question && given ? (
          <QuestionPanel question={question} given={given} reply={await askQuestion(question, values)} />
        ) : null}
        <Contents open={question?.id} />
      </div>
    </>
  );
}
