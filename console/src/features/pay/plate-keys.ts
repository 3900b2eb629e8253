import { classifyPlate, normalisePlate } from '@gatehouse/platform/domain'

export const provinceKeys = Array.from('京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼')
/** Without I and O, which plates do not have. */
export const letterKeys = Array.from('1234567890ABCDEFGHJKLMNPQRSTUVWXYZ')
/** Ends of special plates: trailer, learner, police, Hong Kong, Macao, test, oversize, consular, embassy. */
export const endKeys = Array.from('挂学警港澳试超领使')

/** The longest plates: new energy cars, and fire engines with 应急. */
export const longestPlate = 8
/** From here on a plate may end with a special character. */
const endFrom = 5

export type KeySet = 'province' | 'letter' | 'end'

/** The keys that can come next; an authority is always a letter. */
export function keysFor(plate: string): { readonly set: KeySet; readonly keys: readonly string[] } {
  if (plate === '') return { set: 'province', keys: provinceKeys }
  if (plate.length >= endFrom) return { set: 'end', keys: [...letterKeys, ...endKeys] }
  return { set: 'letter', keys: letterKeys }
}

/** Digits cannot follow the province. */
export const isPressable = (plate: string, key: string) =>
  plate.length < longestPlate && !(plate.length === 1 && provinceKeys.includes(plate) && /\d/.test(key))

/** As typed on real keys or pasted. */
export const plateTyped = (typed: string) => normalisePlate(typed).slice(0, longestPlate)

/** Whether a plate is whole, so that it can be asked for. */
export const isWhole = (plate: string) => !['invalid', 'unplated'].includes(classifyPlate(plate))
