import { expect, test } from 'vitest'
import { passwordProblem } from './passwords.ts'

test.each([
  ['short', 'too-short'],
  ['九个字的口令还不够', 'too-short'],
  ['wang.li.2026', 'user-name'],
  ['Wang.Li!!!', 'user-name'],
  ['wang.liwang.li', 'user-name'],
  ['Gatehouse2026!', 'product-name'],
  ['g4teh0use!!', 'product-name'],
  ['Password123!', 'common'],
  ['P@ssw0rd2026', 'common'],
  ['1234567890', 'common'],
  ['98765432109', 'common'],
  ['0000000000', 'common'],
  ['abcabcabcabc', 'common'],
  ['1q2w3e4r5t', 'common'],
  ['woaini1314520', 'common'],
  ['iLoveYou 2024', 'common'],
  ['adminadmin', 'common'],
])('%s is refused: %s', (password, problem) => {
  expect(passwordProblem(password, 'wang.li')).toBe(problem)
})

test.each([
  'correct horse battery',
  'a long password',
  'gatehouse at the north gate',
  '门前一棵老槐树下乘凉',
  'wang.li keeps the keys',
  'x7-dk2m-9pqr',
  'passwords are hard to remember',
])('%s is good enough', (password) => {
  expect(passwordProblem(password, 'wang.li')).toBeUndefined()
})
