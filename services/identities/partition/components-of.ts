interface Link {
  readonly a: string
  readonly b: string
}

/** The connected components of records under strong edges, must-links and common identities, each sorted by id; pure. */
export function componentsOf(
  members: readonly { readonly id: string; readonly identityId: string | null }[],
  edges: readonly (Link & { readonly weight: number })[],
  decisions: readonly (Link & { readonly kind: 'must' | 'cannot' })[],
  merge: number,
): string[][] {
  const parent = new Map(members.map(({ id }) => [id, id]))
  const find = (id: string): string => {
    let root = id
    while (parent.get(root) !== root) root = parent.get(root)!
    for (let at = id; at !== root; ) {
      const next = parent.get(at)!
      parent.set(at, root)
      at = next
    }
    return root
  }
  const join = ({ a, b }: Link) => {
    if (parent.has(a) && parent.has(b)) parent.set(find(a), find(b))
  }
  for (const edge of edges) if (edge.weight >= merge) join(edge)
  for (const decision of decisions) if (decision.kind === 'must') join(decision)
  const holder = new Map<string, string>()
  for (const { id, identityId } of members) {
    if (identityId === null) continue
    const other = holder.get(identityId)
    if (other) join({ a: id, b: other })
    else holder.set(identityId, id)
  }
  const components = new Map<string, string[]>()
  for (const { id } of members) {
    const root = find(id)
    const component = components.get(root)
    if (component) component.push(id)
    else components.set(root, [id])
  }
  return [...components.values()].map((component) => component.sort())
}
