/**
 * Measures every subject once in each round, one after the other, so that what else the machine does meets all of them alike.
 * Each round begins with another one, so that nobody always comes after the same. The figures of a subject, by rounds.
 */
export async function interleave<Subject extends { readonly name: string }, Figure>(
  subjects: readonly Subject[],
  rounds: number,
  measure: (subject: Subject, round: number) => Promise<Figure>,
): Promise<ReadonlyMap<string, Figure[]>> {
  const figures = new Map<string, Figure[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const first = round % subjects.length;
    for (const subject of [...subjects.slice(first), ...subjects.slice(0, first)])
      figures.get(subject.name)?.push(await measure(subject, round));
  }
  return figures;
}
