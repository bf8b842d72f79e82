import { account, accountField } from './account.ts'
import { chineseName, chineseNameField } from './chinese-name.ts'
import { dateDistance, dateField, dateTypos } from './date.ts'
import type { Comparator, FieldType } from './field-type.ts'
import { fullName, fullNameField } from './full-name.ts'
import { numberDistance, numberField } from './number.ts'
import { phone, phoneField } from './phone.ts'
import { place, placeField } from './place.ts'
import { plate, plateField } from './plate.ts'
import { residentId, residentIdField } from './resident-id.ts'
import { editDistance, exact, similarity, textField, words } from './text.ts'

/** The field types that a model may name. */
export const FIELD_TYPES = {
  text: textField,
  number: numberField,
  date: dateField,
  'full-name': fullNameField,
  'chinese-name': chineseNameField,
  'resident-id': residentIdField,
  phone: phoneField,
  plate: plateField,
  place: placeField,
  account: accountField,
} satisfies Record<string, FieldType>

/** The comparators that a model may name. */
export const COMPARATORS = {
  exact,
  'damerau-levenshtein': editDistance,
  'jaro-winkler': similarity,
  words,
  'number-distance': numberDistance,
  'date-typos': dateTypos,
  'date-distance': dateDistance,
  'full-name': fullName,
  'chinese-name': chineseName,
  'resident-id': residentId,
  phone,
  plate,
  place,
  account,
} satisfies Record<string, Comparator>

export type FieldTypeName = keyof typeof FIELD_TYPES
export type ComparatorName = keyof typeof COMPARATORS

/** The field type of a name. */
export function fieldType(name: FieldTypeName): FieldType {
  return FIELD_TYPES[name] as FieldType
}

/** The comparator of a name. */
export function comparatorOf(name: ComparatorName): Comparator {
  return COMPARATORS[name] as Comparator
}
