import { expect, test } from 'vitest'
import { en } from './en'
import { labelKey } from './index'
import { zhCN as zhCNAtOnce } from './zh-CN'
import { zhCNParking } from './zh-CN-parking'
import { zhCNPay } from './zh-CN-pay'

const zhCN = { ...zhCNAtOnce, ...zhCNParking, ...zhCNPay }

function textsOf(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]]
  return Object.entries(value as object).flatMap(([key, part]) => textsOf(part, path ? `${path}.${key}` : key))
}
const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()

test('both languages have the same texts with the same placeholders', () => {
  const chinese = new Map(textsOf(zhCN))
  const english = new Map(textsOf(en))
  expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
  for (const [key, text] of chinese) {
    expect(text, key).not.toBe('')
    expect(placeholders(english.get(key) ?? ''), key).toEqual(placeholders(text))
  }
})

test('no English text was left in Chinese', () => {
  expect(textsOf(en).filter(([, text]) => /\p{Script=Han}/u.test(text))).toEqual([])
})

test('every text that a page asks for exists', () => {
  const sources = import.meta.glob<string>(['../**/*.{vue,ts}'], { query: '?raw', import: 'default', eager: true })
  const known = new Set(textsOf(zhCN).map(([key]) => key))
  const asked = Object.values(sources).flatMap((source) =>
    [...source.matchAll(/\bt\('([\w.]+)'/g)].map(([, key = '']) => key),
  )
  expect(asked.length).toBeGreaterThan(100)
  expect(asked.filter((key) => !known.has(key))).toEqual([])
})

test('names from the wire become keys', () => {
  expect(['face-gate', 'parking.entry-refused', 'holdOpen', 'DEVICE_OFFLINE'].map(labelKey)).toEqual([
    'faceGate',
    'parkingEntryRefused',
    'holdOpen',
    'DEVICE_OFFLINE',
  ])
})
