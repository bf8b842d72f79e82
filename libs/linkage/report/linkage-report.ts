import type { Linked } from '../link.ts'
import { explain } from '../scoring/explain.ts'
import { HISTOGRAM } from '../scoring/score-tasks.ts'
import { Scorer } from '../scoring/scorer.ts'
import type { Table } from '../table/table.ts'
import { escapeXml, waterfallSvg } from './waterfall-svg.ts'

const SAMPLES_PER_BAND = 3

/**
 * A self-contained HTML page about an offline run: blocking counts and what was capped, weight histogram, cluster sizes, sample
 * waterfalls around the thresholds. It names record ids and hub values, no other personal data.
 */
export function linkageReport(linked: Linked, table: Table): string {
  const { model, blocking, clustering } = linked
  const sizes = clusterSizes(clustering.clusterOf)
  const people = [...sizes.values()].reduce((sum, count) => sum + count, 0)
  const title = `${model.name} (epoch ${model.epoch}): ${table.size} → ${people}`
  return `<!doctype html><html lang="zh"><meta charset="utf-8"><title>${escapeXml(title)}</title>
<style>body{font:14px/1.5 sans-serif;max-width:800px;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}
td,th{padding:2px 10px;border-bottom:1px solid #ddd;text-align:right}td:first-child,th:first-child{text-align:left}</style>
<h1>查重报告 Linkage report</h1><p>${escapeXml(title)}</p>
<h2>分块 Blocking</h2>${tableHtml(
    ['规则 rule', '键 keys', '块 blocks', '对 pairs', '最大块 largest'],
    blocking.rules.map((rule) => [rule.rule, rule.keys, rule.blocks, rule.pairs, rule.largest]),
  )}<p>比较的记录对（去重后） pairs compared: ${linked.compared}</p>
<h2>舍弃的大块 Dropped blocks</h2>${tableHtml(
    ['规则 rule', '记录 records', '例 example'],
    blocking.dropped.slice(0, 50).map((block) => [block.rule, block.records, block.example]),
  )}
<h2>公用值 Hubs</h2>${tableHtml(
    ['字段 field', '值 value', '人 people', '记录 records'],
    blocking.hubs.slice(0, 50).map((hub) => [hub.field, hub.value, hub.people, hub.records]),
  )}<p>${blocking.hubs.length} hubs, ${blocking.dropped.length} dropped blocks, ${clustering.oversized.length} oversized components</p>
<h2>权重分布 Weights</h2>${barChart([...linked.histogram].map((count, bar) => [`${bar + HISTOGRAM.from}`, count]))}
<h2>人的记录数 Cluster sizes</h2>${barChart([...sizes].sort(([a], [b]) => a - b).map(([size, count]) => [`${size}`, count]))}
<h2>实例 Samples</h2>${samples(linked, table).join('')}
</html>
`
}

function clusterSizes(clusterOf: Int32Array): Map<number, number> {
  const members = new Int32Array(clusterOf.length)
  for (const root of clusterOf) members[root]!++
  const sizes = new Map<number, number>()
  for (const size of members) if (size > 0) sizes.set(size, (sizes.get(size) ?? 0) + 1)
  return sizes
}

function tableHtml(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (rows.length === 0) return '<p>无 none</p>'
  const cells = (values: readonly (string | number)[], tag: string) =>
    `<tr>${values.map((value) => `<${tag}>${escapeXml(String(value))}</${tag}>`).join('')}</tr>`
  return `<table>${cells(head, 'th')}${rows.map((row) => cells(row, 'td')).join('')}</table>`
}

/** Horizontal bars on a logarithmic scale: the tail matters more than the peak. */
function barChart(bars: readonly (readonly [string, number])[]): string {
  const shown = bars.filter(([, count]) => count > 0)
  const most = Math.log1p(Math.max(1, ...shown.map(([, count]) => count)))
  const rows = shown.map(([label, count], row) => {
    const y = row * 18
    const width = ((Math.log1p(count) / most) * 560).toFixed(1)
    return (
      `<text x="40" y="${y + 13}" text-anchor="end">${escapeXml(label)}</text>` +
      `<rect x="50" y="${y + 2}" width="${width}" height="14" fill="#33516e"/>` +
      `<text x="${Number(width) + 56}" y="${y + 13}">${count}</text>`
    )
  })
  const height = shown.length * 18
  return `<svg viewBox="0 0 720 ${height}" width="720" height="${height}" font-family="sans-serif" font-size="12">${rows.join('')}</svg>`
}

/** Waterfalls of the edges nearest to the merge threshold, the review threshold, and of the weakest kept. */
function samples(linked: Linked, table: Table): string[] {
  const { edges, model } = linked
  const scorer = new Scorer(model, table, linked.knowledge)
  const { merge, review, keep } = model.thresholds
  return [merge, review, keep].flatMap((from) => {
    const near = [...edges.weight.keys()]
      .filter((e) => edges.weight[e]! >= from && edges.weight[e]! < from + 2000)
      .map((e) => [table.ids.get(edges.a[e]!), table.ids.get(edges.b[e]!), e] as const)
      .sort((x, y) => (x[0] + x[1] < y[0] + y[1] ? -1 : 1))
      .slice(0, SAMPLES_PER_BAND)
    return near.map(
      ([a, b, e]) =>
        `<h3>${escapeXml(a)} – ${escapeXml(b)}</h3>${waterfallSvg(explain(scorer, table, edges.a[e]!, edges.b[e]!))}`,
    )
  })
}
