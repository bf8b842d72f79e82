/** What is wrong about a subject, by rules that are true when all is well. One line per broken rule. */
export function broken(subject: string, rules: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [`${subject}: it is not true that ${rule}`]))
}

/** True when both have the same members. */
export function sameMembers(wanted: Iterable<string>, found: readonly string[]): boolean {
  const set = new Set(wanted)
  return found.length === set.size && found.every((each) => set.has(each))
}
