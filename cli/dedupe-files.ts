import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { type Linked, reviewPairs, type Table } from '#libs/linkage'

const PIECE = 1 << 16

/** By position of a cluster's first record: the name of the cluster. */
export type ClusterNames = ReadonlyMap<number, string>

/** A cluster is called after its lowest record id, so it does not depend on the order of the file. */
export function clusterNames({ clustering }: Linked, table: Table): ClusterNames {
  const names = new Map<number, string>()
  for (let record = 0; record < table.size; record++) {
    const root = clustering.clusterOf[record]!
    const id = table.ids.get(record)
    const name = names.get(root)
    if (name === undefined || id < name) names.set(root, id)
  }
  return names
}

/** `record_id,cluster_id`, in the order of the input. */
export function* clusterLines({ clustering }: Linked, table: Table, names: ClusterNames): Generator<string> {
  yield 'record_id,cluster_id\n'
  for (let record = 0; record < table.size; record++) {
    yield `${quoted(table.ids.get(record))},${quoted(names.get(clustering.clusterOf[record]!)!)}\n`
  }
}

/** The pairs of clusters for a person to look at, with the records that speak most for one person; weights in bits. */
export function* reviewLines(linked: Linked, table: Table, names: ClusterNames): Generator<string> {
  yield 'cluster_id,other_cluster_id,record_id,other_record_id,match_weight\n'
  for (const { cluster, other, a, b, weight } of reviewPairs(linked)) {
    const cells = [names.get(cluster)!, names.get(other)!, table.ids.get(a), table.ids.get(b)]
    yield `${cells.map(quoted).join(',')},${weight / 1000}\n`
  }
}

/** Writes to a file, or to standard output, which stays open. */
export async function writeLines(path: string | undefined, lines: Iterable<string>): Promise<void> {
  const out = path === undefined ? process.stdout : createWriteStream(path)
  let text = ''
  for (const line of lines) {
    text += line
    if (text.length < PIECE) continue
    if (!out.write(text)) await once(out, 'drain')
    text = ''
  }
  if (path === undefined) out.write(text)
  else {
    out.end(text)
    await once(out, 'finish')
  }
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
