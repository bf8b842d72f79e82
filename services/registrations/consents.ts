import { createHash } from 'node:crypto'

/** What a driver is asked to agree to; a changed text is a new version, old ones stay on record by their hash. */
export const consentTexts = {
  join: {
    version: '2026-05-01',
    zh: '我自愿申请加入中华全国总工会，承认中国工会章程，执行工会决议，积极参加工会活动。',
    en: 'I apply of my own free will to join the union and accept its constitution.',
  },
  resident_id: {
    version: '2026-05-01',
    zh: '我同意工会为核实身份、避免重复登记而处理我的身份证号码。号码加密保存，不作他用，可随时撤回。',
    en: 'I agree that the union processes my resident id number to verify who I am. I can withdraw this at any time.',
  },
} as const

export type ConsentPurpose = keyof typeof consentTexts

/** SHA-256 of the Chinese text that was shown. */
export function hashOfText(purpose: ConsentPurpose): Buffer {
  return textHashes[purpose]
}

const textHashes = {
  join: sha256(consentTexts.join.zh),
  resident_id: sha256(consentTexts.resident_id.zh),
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
