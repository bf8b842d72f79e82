import type { Waterfall, WaterfallStep } from '../scoring/explain.ts'

const WIDTH = 760
const LABELS = 250
const NUMBERS = 70
const ROW = 24
const COLOURS = { up: '#2f7d4f', down: '#b3402e', total: '#33516e', line: '#8a8f98' }

/** Escapes text for XML and HTML. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** A waterfall as a self-contained SVG: one bar per step, from the prior down to the total; thresholds as dashed lines. */
export function waterfallSvg(waterfall: Waterfall): string {
  const rows = waterfall.steps.map((step) => ({ label: labelOf(step), from: step.total - step.weight, to: step.total }))
  const values = [0, waterfall.total, waterfall.thresholds.merge, ...rows.flatMap(({ from, to }) => [from, to])]
  const low = Math.min(...values)
  const scale = (WIDTH - LABELS - NUMBERS) / Math.max(1, Math.max(...values) - low)
  const x = (value: number) => Math.round((LABELS + (value - low) * scale) * 10) / 10
  const height = (rows.length + 1) * ROW + 30
  const bars = rows.map(({ label, from, to }, row) =>
    bar(label, from, to, row, x, to >= from ? COLOURS.up : COLOURS.down),
  )
  const title = `${waterfall.a} – ${waterfall.b}: ${bits(waterfall.total)} bit, ${waterfall.verdict}`
  const lines = Object.entries(waterfall.thresholds).map(
    ([name, at]) =>
      `<line x1="${x(at)}" x2="${x(at)}" y1="16" y2="${height}" stroke="${COLOURS.line}" stroke-dasharray="3 3"/>` +
      `<text x="${x(at)}" y="12" text-anchor="middle" fill="${COLOURS.line}">${name}</text>`,
  )
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" ` +
    `font-family="sans-serif" font-size="12" role="img"><title>${escapeXml(title)}</title>${lines.join('')}${bars.join('')}` +
    `${bar('total', 0, waterfall.total, rows.length, x, COLOURS.total)}</svg>`
  )
}

function labelOf({ kind, comparison, level }: WaterfallStep): string {
  if (comparison === undefined) return kind
  return kind === 'level' ? `${comparison}: ${level}` : `${comparison}: ${kind}`
}

function bits(weight: number): string {
  return (weight > 0 ? '+' : '') + (weight / 1000).toFixed(1)
}

function bar(
  label: string,
  from: number,
  to: number,
  row: number,
  x: (value: number) => number,
  colour: string,
): string {
  const y = 20 + row * ROW
  const left = Math.min(x(from), x(to))
  const width = Math.max(1, Math.abs(x(to) - x(from)))
  return (
    `<text x="0" y="${y + 14}">${escapeXml(label)}</text>` +
    `<rect x="${left}" y="${y + 3}" width="${width.toFixed(1)}" height="${ROW - 8}" fill="${colour}"/>` +
    `<text x="${WIDTH}" y="${y + 14}" text-anchor="end">${bits(label === 'total' ? to : to - from)}</text>`
  )
}
