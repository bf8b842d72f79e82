import { type Evaluation, evaluate, type Linked } from '#libs/linkage'

/** Accuracy against a truth column, and where the true pairs were lost. */
export interface RunEvaluation extends Evaluation {
  /** True pairs without a common blocking key; compared but scored below `keep`; kept as edges but not clustered together. */
  readonly lost: {
    readonly notCompared: number
    readonly belowThreshold: number
    readonly notClustered: number
  }
}

/** Compares a run with the truth: equal values of the truth column are one person. */
export function evaluateRun(linked: Linked, truth: readonly string[]): RunEvaluation {
  const { clusterOf } = linked.clustering
  const edges = new Set<number>()
  linked.edges.a.forEach((a, e) => {
    edges.add(pairKey(a, linked.edges.b[e]!, truth.length))
  })
  const people = new Map<string, number[]>()
  truth.forEach((person, record) => {
    const records = people.get(person)
    if (records) records.push(record)
    else people.set(person, [record])
  })
  const lost = { notCompared: 0, belowThreshold: 0, notClustered: 0 }
  for (const records of people.values()) {
    for (const [i, a] of records.entries()) {
      for (const b of records.slice(i + 1)) {
        if (clusterOf[a] === clusterOf[b]) continue
        if (edges.has(pairKey(a, b, truth.length))) lost.notClustered++
        else if (linked.wasCompared(a, b)) lost.belowThreshold++
        else lost.notCompared++
      }
    }
  }
  return { ...evaluate(clusterOf, truth), lost }
}

function pairKey(a: number, b: number, size: number): number {
  return Math.min(a, b) * size + Math.max(a, b)
}

/** The evaluation as text, one measure per line. */
export function evaluationText(evaluation: RunEvaluation): string {
  const share = (part: number) => `${part} (${((100 * part) / Math.max(1, evaluation.truePairs)).toFixed(2)} %)`
  const three = ({ precision, recall, f1 }: { precision: number; recall: number; f1: number }) =>
    `precision ${precision.toFixed(5)}  recall ${recall.toFixed(5)}  F1 ${f1.toFixed(5)}`
  const { lost, bCubed, largestClusters } = evaluation
  return `${[
    `records            ${evaluation.records}`,
    `pairs              true ${evaluation.truePairs}  found ${evaluation.foundPairs}`,
    `pairwise           ${three(evaluation)}`,
    `B³                 ${three(bCubed)}`,
    `lost: not compared ${share(lost.notCompared)}  below threshold ${share(lost.belowThreshold)}  not clustered ${share(lost.notClustered)}`,
    'largest clusters (size: found / true)',
    ...largestClusters.map(({ size, clusters, trueClusters }) => `  ${size}: ${clusters} / ${trueClusters}`),
  ].join('\n')}\n`
}
