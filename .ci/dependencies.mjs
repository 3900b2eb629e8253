// Checks every package of package-lock.json before it may be used:
// where it comes from, that it cannot run code while it is installed, under which licence it stands,
// and, as far as the registry answers, which known vulnerabilities it has.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))

/** Licences that ask for nothing but a notice; MPL-2.0 binds changed files of the package only. */
const allowedLicences = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'CC-BY-4.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'OFL-1.1',
  'Python-2.0',
  'Unlicense',
])
/** Packages that name no SPDX licence in their manifest, read by hand in the version that is locked. */
const readByHand = {
  'html@1.0.0': 'MIT, in LICENSE',
  'xmlhttprequest-ssl@2.1.2': 'MIT, in LICENSE',
}
/** Their install scripts build what ships prebuilt; `.npmrc` forbids all of them, and everything works without. */
const scriptsNotNeeded = /^(better-sqlite3|esbuild|fsevents|node-linux-(x64|arm64))$/

const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
const isAllowed = (licence) =>
  /^\(.+\)$/.test(licence)
    ? licence
        .slice(1, -1)
        .split(' OR ')
        .some((one) => allowedLicences.has(one))
    : allowedLicences.has(licence)

function* problemsOf(path, { version, license, resolved, integrity, hasInstallScript }) {
  const name = nameOf(path)
  const licence = typeof license === 'string' ? license : ''
  if (!isAllowed(licence) && readByHand[`${name}@${version}`] === undefined)
    yield `licence "${licence}" is not on the list`
  // Without an address it comes from the registry that npm is set to.
  if (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')) yield `comes from ${resolved}`
  if (!/^sha512-/.test(integrity ?? '')) yield 'has no SHA-512 in package-lock.json'
  if (hasInstallScript && !scriptsNotNeeded.test(name)) yield 'wants to run a script while it is installed'
}

const installed = Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && !link)
const problems = installed.flatMap(([path, entry]) =>
  [...problemsOf(path, entry)].map((problem) => `${nameOf(path)}@${entry.version} ${problem}`),
)

/** Severities that stop a change; the others are printed. */
const stopping = ['high', 'critical']

function vulnerabilities() {
  const { stdout } = spawnSync('npm', ['audit', '--json', '--omit=dev'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
  })
  try {
    return JSON.parse(stdout).vulnerabilities
  } catch {
    return undefined
  }
}

const known = vulnerabilities()
if (known === undefined)
  process.stdout.write('  known vulnerabilities: NOT CHECKED, the registry did not answer npm audit\n')
for (const { name, severity, range } of Object.values(known ?? {})) {
  const line = `${name} ${range} has a known vulnerability (${severity})`
  if (stopping.includes(severity)) problems.push(line)
  else process.stdout.write(`  ${line}\n`)
}

for (const problem of problems) process.stderr.write(`  ${problem}\n`)
if (problems.length > 0) process.exitCode = 1
else process.stdout.write(`  ${installed.length} packages: origin, integrity, scripts and licences are in order\n`)
