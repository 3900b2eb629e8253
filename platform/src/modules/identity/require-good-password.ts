import { passwordProblem, type PasswordProblem } from '../../domain/index.ts'
import { weakPassword } from '../../errors.ts'

const inWords: Readonly<Record<PasswordProblem, string>> = {
  'too-short': 'it has fewer than ten characters',
  'user-name': 'it is the user name',
  'product-name': 'it is the name of the product',
  common: 'many people use it',
}

/** Throws WEAK_PASSWORD. */
export function requireGoodPassword(password: string, username: string) {
  const problem = passwordProblem(password, username)
  if (problem) throw weakPassword(inWords[problem])
}
