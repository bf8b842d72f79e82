import { PlateNumber, type plateColours } from '#libs/china'
import type { Random } from './drivers-random.ts'

export interface Plate {
  readonly plate: string
  readonly plateColour: keyof typeof plateColours
}

/** Prefixes of the three networks and of broadcasting's; none that is unallotted. */
const MOBILE_PREFIXES = (
  '134 135 136 137 138 138 139 139 147 150 151 152 157 158 159 159 178 182 183 184 187 188 198 ' +
  '130 131 132 155 156 166 175 176 185 186 196 133 153 173 177 180 181 189 191 193 199 192'
).split(' ')

/** Cities of plates at Wuxi's parks: most are from Wuxi, 赣C (高安) is a town of hauliers. */
const PLATE_CITIES = {
  ...{ 苏B: 58, 苏E: 9, 苏D: 4, 苏M: 3, 苏N: 3, 苏C: 3, 苏F: 2, 苏J: 2, 苏A: 1.5, 苏U: 1, 沪D: 1 },
  ...{ 皖L: 2, 皖K: 2, 皖S: 1, 皖A: 1.5, 豫N: 1.5, 豫P: 1.5, 豫Q: 0.7, 鲁Q: 1, 鲁R: 0.7, 赣C: 1.3, 冀D: 0.6, 鄂F: 0.4 },
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ'

export function makeMobile(random: Random): string {
  return random.pick(MOBILE_PREFIXES) + random.digits(8)
}

/** The plate of a truck: tractors and heavy trucks yellow, light ones blue, electric ones green. */
export function makePlate(random: Random): Plate {
  const city = random.weighted(PLATE_CITIES)
  if (random.chance(0.6)) {
    if (random.chance(0.06)) return { plate: `${city}${random.digits(5)}${random.pick([...'DF'])}`, plateColour: 93 }
    return { plate: city + serial(random), plateColour: 2 }
  }
  if (random.chance(0.25)) {
    const plate = `${city}${random.pick([...'DAF'])}${random.pick([...`${LETTERS}0123456789`])}${random.digits(4)}`
    return { plate, plateColour: 94 }
  }
  return { plate: city + serial(random), plateColour: 1 }
}

/** A plate of the same city, kind and series, as trucks that were bought together have. */
export function makeSisterPlate(random: Random, { plate, plateColour }: Plate): Plate {
  const { form } = PlateNumber.parse(plate)
  const sister = form === 'new-energy-large' ? plate.slice(0, 4) + random.digits(3) + plate[7] : null
  return { plate: sister ?? plate.slice(0, -2) + random.digits(2), plateColour }
}

/** Five characters, at most two of them letters, never I or O. */
function serial(random: Random): string {
  const characters = [...random.digits(5)]
  for (let letters = random.pick([0, 1, 1, 1, 2]); letters > 0; letters--) {
    characters[random.pick([0, 0, 0, 1, 4])] = random.pick([...LETTERS])
  }
  return characters.join('')
}
