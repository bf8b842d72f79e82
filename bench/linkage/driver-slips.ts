import type { Chance } from './chance.ts'
import { HOME_NAMES, HOMOPHONES, LOOK_ALIKES, OCR, TRADITIONAL } from './driver-words.ts'

/** A name as someone types it: now and then a homophone, a look-alike, a reversed or lost character, traditional forms. */
export function typeName(chance: Chance, name: string): string {
  const at = chance.below(name.length)
  const swap = (groups: readonly string[]) => {
    const others = groups.find((group) => group.includes(name[at]!))?.replace(name[at]!, '')
    return others ? name.slice(0, at) + chance.pick(others) + name.slice(at + 1) : name
  }
  const kind = chance.below(1000)
  if (kind < 40) return swap(HOMOPHONES)
  if (kind < 55) return swap(LOOK_ALIKES)
  if (kind < 60 && name.length === 3) return name[0]! + name[2] + name[1]
  if (kind < 65 && name.length === 3) return name.slice(0, 2)
  if (kind < 80) return Array.from(name, (char) => TRADITIONAL[char] ?? char).join('')
  return kind < 85 ? Array.from(name).join(' ') : name
}

/** One wrong digit or two swapped in `perThousand` of the texts. */
export function typeDigits(chance: Chance, digits: string, perThousand: number): string {
  if (!chance.happens(perThousand)) return digits
  const at = chance.below(digits.length - 1)
  if (chance.happens(250)) return digits.slice(0, at) + digits[at + 1] + digits[at] + digits.slice(at + 2)
  return digits.slice(0, at) + chance.below(10) + digits.slice(at + 1)
}

/** A plate with its dot, in lower case, or with one character misread. */
export function typePlate(chance: Chance, plate: string): string {
  const kind = chance.below(1000)
  if (kind < 10) {
    const at = 2 + chance.below(plate.length - 2)
    return plate.slice(0, at) + (OCR[plate[at]!] ?? plate[at]) + plate.slice(at + 1)
  }
  return kind < 60 ? plate.slice(0, 2) + '·' + plate.slice(2) : kind < 80 ? plate.toLowerCase() : plate
}

/** A name as a masked roster shows it. */
export function maskName(chance: Chance, name: string): string {
  return name.length === 3 && chance.happens(600) ? name[0] + '*' + name[2] : name[0] + '*'.repeat(name.length - 1)
}

/** An id as the source shows it: whole, masked or left out. */
export function showId(chance: Chance, id: string, masked: boolean, fromPark: boolean): string {
  if (masked) return chance.happens(600) ? id.slice(0, 4) + '*'.repeat(10) + id.slice(-4) : ''
  return chance.happens(fromPark ? 980 : 720) ? id : ''
}

/** A number as the source shows it: whole, masked, left out, with country code, or beside another one. */
export function showPhone(chance: Chance, phone: string, others: readonly string[], masked: boolean): string {
  if (masked) return phone.slice(0, 3) + '****' + phone.slice(-4)
  if (chance.happens(20)) return ''
  if (chance.happens(20)) return phone + ';' + chance.pick(others)
  return chance.happens(20) ? '+86 ' + phone : phone
}

/** A place as its code or in words. */
export function writePlace(chance: Chance, code: string): string {
  return chance.happens(150) ? (HOME_NAMES[code] ?? code) : code
}
