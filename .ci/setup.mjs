// Installs what is missing. Runs on the system's Node, before there is a node_modules folder.
//   node .ci/setup.mjs           npm packages, the built console and servers: enough for `npm start`
//   node .ci/setup.mjs --tests   also the Debian packages that the tests need
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { modified, newest } from './modified.mjs'

const root = join(import.meta.dirname, '..')
const tests = process.argv.includes('--tests')
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
const run = (command, args) => execFileSync(command, args, { cwd: root, stdio: 'inherit' })

/** What the tests run against, by the command that shows that it is there. */
const debianPackages = {
  influxd: 'influxdb',
  chromium: 'chromium',
  mosquitto_pub: 'mosquitto-clients',
  ffmpeg: 'ffmpeg',
  'onvif-util': 'onvif-tools',
  ip: 'iproute2',
  faketime: 'faketime',
  openssl: 'openssl',
  'systemd-notify': 'systemd',
  '/usr/lib/postgresql': 'postgresql',
  '/usr/lib/python3/dist-packages/paho': 'python3-paho-mqtt',
  '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc': 'fonts-noto-cjk',
}
const isThere = (probe) =>
  probe.startsWith('/') ? existsSync(probe) : spawnSync('sh', ['-c', `command -v ${probe}`]).status === 0

function installDebianPackages() {
  const missing = Object.entries(debianPackages)
    .filter(([probe]) => !isThere(probe))
    .map(([, name]) => name)
  if (missing.length === 0) return
  if (process.getuid?.() !== 0) {
    console.error(`The tests need Debian packages that are missing. As root:\n  apt-get install ${missing.join(' ')}`)
    process.exit(1)
  }
  process.env.DEBIAN_FRONTEND = 'noninteractive'
  run('apt-get', ['update', '-qq'])
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing])
}

function installNpmPackages() {
  if (modified(join(root, 'node_modules/.package-lock.json')) >= modified(join(root, 'package-lock.json'))) return
  process.stdout.write('  installing npm packages …\n')
  run(npm, ['ci', '--loglevel=error'])
}

function buildConsole() {
  const sources = Math.max(
    ...['console', 'platform/src/contract', 'platform/src/domain'].map((part) => newest(join(root, part))),
  )
  if (modified(join(root, 'console/dist/index.html')) > sources) return
  process.stdout.write('  building the console …\n')
  run(npm, ['run', '--silent', 'console:build', '--', '--logLevel', 'error'])
}

if (tests) installDebianPackages()
installNpmPackages()
if (!tests) {
  buildConsole()
  run(npm, ['run', '--silent', 'build'])
}
