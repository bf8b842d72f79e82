/** Every benchmark by its name; each prints a table and ends with one line `RESULT {…}`. */
const benches: Record<string, () => Promise<{ bench(args: string[]): Promise<void> }>> = {
  pipeline: () => import('./pipeline/pipeline.ts'),
  linkage: () => import('./linkage/linkage.ts'),
  realtime: () => import('./realtime/realtime.ts'),
  rebuild: () => import('./rebuild/rebuild.ts'),
}

const [name, ...args] = process.argv.slice(2)
const load = benches[name ?? '']
if (!load) {
  console.error(`用法 Usage: npm run bench -- <${Object.keys(benches).join(' | ')}>`)
  process.exit(2)
}
await (await load()).bench(args)
