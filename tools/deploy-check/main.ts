import pc from 'picocolors'
import { checkDeployment } from './deploy-check.ts'
import { findKustomize } from './manifests.ts'

const root = process.cwd()
const kustomize = findKustomize(root)
if (!kustomize) {
  console.error('需要 kubectl、kustomize 或 Go 其中之一 kubectl, kustomize or Go is needed: one of them, in PATH')
  process.exit(1)
}
let faulty = 0
for (const [place, checks] of await checkDeployment(root, kustomize)) {
  for (const { title, faults, skipped } of checks) {
    const mark = skipped ? pc.dim('- skipped') : faults.length === 0 ? pc.green('✓') : pc.red('✗')
    console.log(`${mark} ${place}: ${title}`)
    for (const fault of faults) console.log(`    ${fault}`)
    if (faults.length > 0) faulty += 1
  }
}
console.log(faulty === 0 ? 'The deployment files fit the programs.' : `${faulty} checks failed.`)
process.exitCode = faulty === 0 ? 0 : 1
