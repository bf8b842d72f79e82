import { expect, it } from '@jest/globals'
import { FederationTree } from './federations/federation-tree.ts'
import { wuxiFederations } from './federations/wuxi-federations.ts'
import { sampleSites } from './qr-codes/sample-sites.ts'

it('every sample site names a federation of the tree, as the tree names it', () => {
  const tree = new FederationTree(wuxiFederations)
  for (const { federationId, federationName } of sampleSites) {
    expect(tree.byId(federationId)?.name).toEqual(federationName)
  }
})
