/**
 * What a password may not be, after NIST SP 800-63B-4, 3.1.1.2: at least ten characters; no rules of composition, which
 * only make people append "1!"; the whole password is compared with what is commonly used, expected or tied to the
 * account. The schema keeps the length; this keeps the rest, here and in the console.
 */
export type PasswordProblem = 'too-short' | 'user-name' | 'product-name' | 'common'

export const shortestPassword = 10
const productNames = new Set(['gatehouse', '门岗', '智慧门岗'])

/** The words behind the commonest passwords of the public lists, in the languages of those who use this. */
const commonWords = new Set(
  (
    'password passwort passw0rd passphrase admin administrator root superuser superadmin system default changeme ' +
    'changethis letmein welcome welcomeback secret supersecret topsecret login signin guest user username test testtest ' +
    'testing tester demo demouser temp temporary qwerty qwertyuiop qwertyui asdfghjkl asdfghjklzxcvbnm zxcvbnm ' +
    'qwertyuiopasdfghjklzxcvbnm qazwsx qazwsxedc qazwsxedcrfv abcdef abcdefg abcdefgh abcdefghi abcdefghij ' +
    'abcdefghijkl iloveyou iloveyoubaby iloveu loveyou lovely sunshine princess dragon monkey football baseball ' +
    'basketball superman batman starwars master mustang shadow michael jordan jennifer computer internet samsung ' +
    'whatever trustno freedom killer hunter ranger cheese banana pokemon liverpool chelsea arsenal manchester ' +
    'security guard guardian gatekeeper camera barrier parking speaker installer supervisor property broadcaster ' +
    'compound control controlroom monitor hikvision dahua uniview tiandy zhongwei wuye baoan menwei menjin tingche ' +
    'woaini woainima woaiwo nihao nihaoma mima wodemima miaomiao caonima zhangwei wangwei lining xiaoming zhongguo ' +
    'beijing shanghai guangzhou shenzhen huawei tencent alibaba taobao baidu weixin'
  ).split(' '),
)

/** Walks over the keyboard and rows of digits that are typed as they are. */
const commonWhole = new Set(
  (
    '1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1qaz2wsx3edc4rfv q1w2e3r4t5 q1w2e3r4t5y6 zaq12wsxcde3 1qazxsw23edc ' +
    'qwer1234qwer qwerty12345qwerty a1b2c3d4e5 aa12345678 a123456789 a1234567890 abc1234567 abcd123456 woaini1314520 ' +
    '5201314520 1314520520 5201314521 1314521521 qq123456789 zxc123456789 asd123456789 qwe123456789 123456abcdef ' +
    '147258369 1472583690 147258369147 159357456 7758521521 1123581321 3141592653 31415926535 2718281828 1029384756'
  ).split(' '),
)

const ascending = '01234567890123456789'
const descending = '98765432109876543210'
const isRun = (digits: string) => ascending.includes(digits) || descending.includes(digits)
/** `aaaaaaaaaa`, `1212121212`, `abcabcabcabc`: a part of at most six characters again and again. */
const isRepetition = (text: string) => /^(.{1,6})\1+$/u.test(text)

/** Without the digits and signs that people put before and after a word, and with the letters they write as digits. */
const core = (text: string) => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
const unmasked = (text: string) =>
  text.replace(
    /[@013457$]/g,
    (sign) => ({ '@': 'a', '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', $: 's' })[sign] ?? sign,
  )

/** The forms in which a plain word hides. */
const formsOf = (password: string) => {
  const lower = password.normalize('NFKC').toLowerCase().replace(/\s+/g, '')
  const word = core(lower)
  const half = lower.slice(0, lower.length / 2)
  return [lower, word, core(unmasked(lower)), unmasked(word), ...(half + half === lower ? [half, core(half)] : [])]
}

/** Why a password may not be used; `undefined` when it may. */
export function passwordProblem(password: string, username: string): PasswordProblem | undefined {
  if (Array.from(password).length < shortestPassword) return 'too-short'
  const forms = formsOf(password)
  const name = username.toLowerCase()
  if (forms.some((form) => form === name || form === core(name))) return 'user-name'
  if (forms.some((form) => productNames.has(form))) return 'product-name'
  const [whole = ''] = forms
  const isCommon = isRepetition(whole) || isRun(whole) || commonWhole.has(whole)
  return isCommon || forms.some((form) => commonWords.has(form)) ? 'common' : undefined
}
