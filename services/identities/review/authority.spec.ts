import { describe, expect, it } from '@jest/globals'
import { mayDecide, maySee } from './authority.ts'

describe('authority', () => {
  const admin = { role: 'admin', federationId: 'wx' } as const
  const operator = { role: 'operator', federationId: 'wx' } as const
  const at = (...federationPath: string[]) => ({ federationPath })
  const [here, below, elsewhere, nowhere] = [at('wx'), at('wx-xw', 'wx'), at('sz'), { federationPath: null }]

  it('reaches over what is placed in the federation and below', () => {
    expect(mayDecide(admin, [here, below])).toBe(true)
    expect(mayDecide(admin, [here, elsewhere])).toBe(false)
    expect(mayDecide(operator, [elsewhere])).toBe(false)
  })

  it('over records without a placement follows the placed ones; else it is an operator’s', () => {
    expect(mayDecide(admin, [here, nowhere])).toBe(true)
    expect(mayDecide(admin, [nowhere])).toBe(false)
    expect(mayDecide(operator, [nowhere])).toBe(true)
    expect(maySee(admin, [nowhere])).toBe(false)
    expect(maySee(admin, [elsewhere, below])).toBe(true)
  })
})
